/** A run over a connection of each Worker: one run at the listener, once and in order, and no verdict without all parts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseParams } from "../../strategies/params.ts";
import { carryOut, type RunRequest } from "../process/run.ts";
import type { CellSpec } from "../process/spec.ts";
import { testSeed } from "../testing/random.ts";
import { type FinishedRun, startListener } from "../wire/listener.ts";
import { memoryRuns } from "../wire/memory_sink.ts";
import type { RunHeader } from "../wire/protocol.ts";
import { LONGEST_LINE } from "../workload/lines.ts";
import { findControl } from "./controls.ts";
import type { Subject } from "./subject.ts";

const seed = testSeed();
const PRODUCERS = 5;
const WORK_US = 150;
const control = findControl("own-socket")!;

async function withSubject(
  workers: number,
  use: (subject: Subject, runs: FinishedRun[]) => Promise<void>,
): Promise<void> {
  const runs: FinishedRun[] = [];
  const listener = await startListener({
    host: "127.0.0.1",
    port: 0,
    storeBytes: 2 ** 20,
    onRun: (run) => runs.push(run),
  });
  const { host, port } = listener;
  const spec: Partial<CellSpec> = {
    params: parseParams(control, { chunk: 65_536 }),
    ...{ producers: PRODUCERS, workers, messageBytes: 64, listener: { host, port } },
  };
  const subject = await control.open(spec as CellSpec, () => {});
  try {
    await use(subject, runs);
  } finally {
    await subject.stop();
    await listener.close();
  }
}

const REQUEST: RunRequest = { messages: 700, messageBytes: 64, seed, warmUp: false, runId: "test" };
const REQUESTS: Partial<RunRequest>[] = [
  {},
  { messageBytes: 1 },
  { messageBytes: 1, proof: true },
  { messageBytes: 4_000 },
  { messageBytes: LONGEST_LINE, workload: "domains" },
  { leastBytes: 16, messageBytes: 4_000 },
  { messages: 20, workUs: WORK_US },
  { messages: 20, messageBytes: 1, workUs: WORK_US },
  { messages: 0 },
];

for (const workers of [1, 3]) {
  test(`own-socket: each run of ${workers} connections is one run (seed ${seed})`, async () => {
    await withSubject(workers, async (subject, runs) => {
      const context = {
        subject,
        openRun: memoryRuns(0),
        producers: PRODUCERS,
      };
      for (const [at, request] of REQUESTS.entries()) {
        context.producers = PRODUCERS + at % 2;
        const report = await carryOut(context, { ...REQUEST, ...request });
        assert.equal(report.status, "ok", report.detail);
        assert.equal(report.delivered, context.producers * (request.messages ?? REQUEST.messages));
        const worked = Math.ceil(context.producers / workers) * request.messages! * request.workUs!;
        assert.ok(!(report.elapsedUs < worked), `${report.elapsedUs} of ${worked} µs`);
        const { header } = runs.at(-1)!;
        assert.equal(header.connections?.count ?? 1, workers);
      }
      assert.equal(runs.length, REQUESTS.length);
    });
  });
}

test(`own-socket: what a Worker does not send is lost (seed ${seed})`, async () => {
  await withSubject(2, async (subject) => {
    const content = { producers: PRODUCERS, messages: 10, messageBytes: 64, seed, run: 1 };
    subject.prepare({ ...content, messages: 9, proof: false, pace: null });
    const header: RunHeader = {
      ...content,
      ...{ framing: "fixed", runId: "test", warmUp: false },
    };
    const sink = await subject.openRun!(header, () => {});
    await subject.transfer(sink);
    await sink.finish();
    const { status, lost } = await sink.verdict();
    assert.deepEqual({ status, lost }, { status: "lost", lost: PRODUCERS });
  });
});
