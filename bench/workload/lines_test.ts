/** Lines of varying length: recomputed from their names, of the lengths that are announced, over real hand-offs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellSpec } from "../process/spec.ts";
import { STRATEGIES } from "../../strategies/registry.ts";
import { buildPieces } from "../subjects/stream.ts";
import { carried } from "../testing/carried.ts";
import { testSeed } from "../testing/random.ts";
import { createVerifier } from "../verify/verifier.ts";
import type { RunHeader } from "../wire/protocol.ts";
import {
  domainLine,
  lineOf,
  LONGEST_LINE,
  SHORTEST_LINE,
  type Workload,
  WORKLOADS,
} from "./lines.ts";

const seed = testSeed();
const LINES = WORKLOADS.filter((workload) => workload !== "bytes");

test(`a line is JSON of 40 to 400 bytes, its filler as long (seed ${seed})`, () => {
  const lengths = new Set<number>();
  const content = { seed, run: 2 };
  const [domain, filler] = [domainLine(content), lineOf("filler", content)];
  for (let producer = 0; producer < 400; producer++) {
    for (const sequence of [0, 1, producer * 7, 2 ** 32 - 1]) {
      const line = domain(producer, sequence);
      const value = JSON.parse(line);
      assert.deepEqual([value.producer, value.number], [producer, sequence]);
      assert.match(line, /^[ -~]+\n$/);
      assert.ok(line.length >= SHORTEST_LINE && line.length <= LONGEST_LINE, line);
      assert.equal(filler(producer, sequence).length, line.length);
      lengths.add(line.length);
    }
  }
  assert.ok(lengths.size > 100, `only ${lengths.size} lengths`);
});

test("the longest line that there can be is within its bound", () => {
  const line = domainLine({ seed, run: 1 });
  for (let producer = 2 ** 20; producer < 2 ** 20 + 2_000; producer++) {
    for (let last = 0; last < 20; last++) {
      assert.ok(line(producer, 2 ** 32 - 1 - last).length <= LONGEST_LINE);
    }
  }
});

const header: RunHeader = {
  runId: "test",
  framing: "domains",
  messageBytes: LONGEST_LINE,
  producers: 3,
  messages: 50,
  seed,
  run: 4,
  warmUp: false,
};

function verdictOf(stream: Uint8Array, of = header) {
  const verifier = createVerifier(of);
  for (let at = 0; at < stream.length; at += 97) verifier.feed(stream.subarray(at, at + 97));
  return verifier.finish();
}

test(`one changed byte anywhere in a domain line is seen (seed ${seed})`, () => {
  const plan = { ...header, messages: 50, workload: "domains" as const, proof: false, pace: null };
  const { stream, ends } = buildPieces(3, plan);
  assert.equal(verdictOf(stream).status, "ok");
  for (let at = ends[69]; at < ends[70]; at++) {
    const copy = stream.slice();
    copy[at] ^= 1;
    assert.equal(verdictOf(copy).status, "corrupt", `byte ${at - ends[69]} of the line`);
  }
  const without = new Uint8Array([...stream.subarray(0, ends[69]), ...stream.subarray(ends[70])]);
  assert.equal(verdictOf(without).status, "lost");
  const twice = new Uint8Array([...stream.subarray(0, ends[70]), ...stream.subarray(ends[69])]);
  assert.equal(verdictOf(twice).status, "duplicated");
  assert.equal(verdictOf(stream, { ...header, run: 5 }).status, "corrupt", "lines of another run");
});

for (const subject of [...STRATEGIES.map(({ name }) => name), "socket-bulk", "socket-each"]) {
  for (const workload of LINES) {
    test(`${subject} carries ${workload} lines (seed ${seed})`, { timeout: 60_000 }, async () => {
      await carry(subject, workload);
    });
  }
}

async function carry(subject: string, workload: Workload): Promise<void> {
  const params = paramsOf(subject, { drain: "batch", chunk: 1_000, publish: 3 });
  const asked = { subject, params, workload, messageBytes: LONGEST_LINE, capacity: 4_096, seed };
  for (const report of await carried(asked, [100, 1, 33])) {
    assert.ok(
      report.bytes > SHORTEST_LINE * report.delivered &&
        report.bytes < LONGEST_LINE * report.delivered,
    );
    if (subject === "socket-each") assert.equal(report.writes, report.delivered);
  }
}

function paramsOf(name: string, all: Record<string, string | number>): CellSpec["params"] {
  const own = {
    "channel": ["drain"],
    "post-message": ["drain"],
    "socket-bulk": ["chunk"],
    "sharded-rings": ["publish"],
  }[name];
  return Object.fromEntries((own ?? []).map((key) => [key, all[key]]));
}

test("filler that is shorter or longer than the workload says is corrupt", () => {
  const filler = { ...header, framing: "filler" as const };
  const line = lineOf("filler", header);
  const stream = (change: (text: string) => string) => {
    let text = "";
    for (let producer = 0; producer < header.producers; producer++) {
      for (let sequence = 0; sequence < header.messages!; sequence++) {
        text += change(line(producer, sequence));
      }
    }
    return new TextEncoder().encode(text);
  };
  assert.equal(verdictOf(stream((text) => text), filler).status, "ok");
  for (
    const change of [
      (text: string) => text.replace(/"[a-z]*"}/, '""}'),
      (text: string) => text.replace(/[a-z]"}/, '"}'),
      (text: string) => text.replace('"producer":', '"producer":0'),
    ]
  ) {
    assert.equal(verdictOf(stream(change), filler).status, "corrupt");
  }
});
