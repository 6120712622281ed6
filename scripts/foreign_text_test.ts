/**
 * Whatever a text that somebody else has written contains, its parser either accepts it or refuses it in one line of
 * its own; and what the suite has written itself reads back unchanged.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { encodeVerdict } from "../bench/wire/answers.ts";
import { mangledJson, mangledText } from "../bench/testing/mangled.ts";
import { property } from "../bench/testing/property.ts";
import { printable } from "../bench/wire/printable.ts";
import { SUBJECTS } from "../bench/subjects/registry.ts";
import { BY_TIME } from "../strategies/testing/explore/control_block.ts";
import { formatSchedule, parseSchedule } from "../strategies/testing/explore/trace.ts";
import { UsageError } from "./cli/command.ts";
import { byteSize, count, list, percentage, powersOfTwo, timeSpan } from "./cli/values.ts";
import { jsonLines } from "./processes/child.ts";
import { type ClientTask, reportOf } from "./processes/client_answer.ts";
import { parseClient, parseDescription } from "./processes/clients.ts";
import { formatRuntime, parseRuntime } from "./processes/runtimes.ts";
import { type Sample, SAMPLE_COLUMNS } from "./results/columns.ts";
import { headerLine, parseRows, tableText } from "./results/csv.ts";
import { ResultsFolder } from "./results/folder.ts";
import { judge, reasonAgainst } from "./results/judge.ts";
import { recoverSamples } from "./results/recovery.ts";
import { parseSubject, subjectLabel } from "./results/subjects.ts";
import { address, byteRate, messageSizes, rates, shares, stall } from "./session/option_values.ts";
import { withFolder } from "./testing/cli.ts";

const MANY = 100;
/** Number of values for parsers that take a file or a whole table. */
const SOME = 25;

/** The value, or null if it was refused with the right kind of error. */
function orRefused<T>(parse: () => T, kind: new (...args: never[]) => Error): T | null {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof kind, `${(error as Error).stack}`);
    assert.equal(error.message, printable(error.message), "it acts on a terminal");
    return null;
  }
}

const number = fc.oneof(fc.nat(), fc.maxSafeNat()).map(String);
const decimal = fc.tuple(number, fc.nat(999)).map(([whole, part]) => `${whole}.${part}`);
const withUnit = (...units: string[]) =>
  fc.tuple(fc.oneof(number, decimal, fc.bigInt({ min: 0n }).map(String)), fc.constantFrom(...units))
    .map(([value, unit]) => value + unit);

/** For each parser: the function, and texts that it should accept. */
const VALUES: Record<string, [(text: string) => unknown, fc.Arbitrary<string>]> = {
  count: [count(0), fc.oneof(number, withUnit("e3", "e99"))],
  percentage: [percentage, withUnit("%", " %", "")],
  timeSpan: [timeSpan(), withUnit("ms", "s", "m", "h", "")],
  byteSize: [byteSize(1), withUnit("B", "KiB", "MiB", "GiB", "")],
  list: [list([1, 8_192], "1"), fc.array(number).map((parts) => parts.join(","))],
  sizes: [messageSizes(65_536), fc.tuple(number, number).map((ends) => ends.join(".."))],
  rates: [rates, withUnit("", "k", "M")],
  shares: [shares, withUnit("%")],
  stall: [stall, fc.tuple(withUnit("ms"), withUnit("s")).map((parts) => parts.join("/"))],
  byteRate: [byteRate, withUnit("B/s", "MB/s", "GiB/s")],
  address: [address, fc.tuple(fc.domain(), fc.nat(99_999)).map((parts) => parts.join(":"))],
};

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "string") return [];
  return Object.values(Object(value)).flatMap(numbersIn);
}

for (const [name, [parse, valid]] of Object.entries(VALUES)) {
  property(`${name}: any text is a value or refused`, MANY, [mangledText(valid)], (text) => {
    const value = orRefused(() => parse(text), InvalidArgumentError);
    for (const one of numbersIn(value)) {
      assert.ok(Number.isFinite(one) && one >= 0 && one <= Number.MAX_SAFE_INTEGER, String(one));
    }
  });
}

property(
  "counts, times and sizes read back as they were written",
  MANY,
  [fc.integer({ min: 1, max: 2 ** 31 })],
  (value) => {
    for (const text of [`${value}`, `${value.toLocaleString("en-US").replaceAll(",", "_")}`]) {
      assert.equal(count(1)(text), value);
    }
    assert.equal(timeSpan()(`${value}ms`), value);
    assert.equal(timeSpan()(`${value / 1_000}s`), value);
    assert.equal(byteSize(1)(`${value}KiB`), value * 1_024);
    const powers = list([1, 2 ** 32], "1")(`1..${value}`);
    assert.deepEqual(powers, powersOfTwo(1, value));
    assert.ok(powers.at(-1)! <= value && 2 * powers.at(-1)! > value);
  },
);

property(
  "a runtime's name: any text is one or refused, and reads back",
  MANY,
  [mangledText(fc.constantFrom("deno", "bun=system", "x=node:/opt/node", "deno=/opt/deno"))],
  (text) => {
    const asked = orRefused(() => parseRuntime(text), UsageError);
    if (asked !== null) assert.deepEqual(parseRuntime(formatRuntime(asked)), asked);
    orRefused(() => parseClient(text), UsageError);
  },
);

const choice = fc.constantFrom(...SUBJECTS).chain((entry) =>
  fc.record(
    Object.fromEntries(
      Object.entries(entry.params).map(([name, spec]) => [
        name,
        "choices" in spec
          ? fc.constantFrom(...spec.choices)
          : fc.integer({ min: spec.min, max: spec.max }).map(String),
      ]),
    ),
    { requiredKeys: [] },
  ).map((params) => [entry.name, ...Object.entries(params).map((pair) => pair.join("="))].join(":"))
);

property("a strategy's label reads back", MANY, [choice], (text) => {
  const { entry, params } = parseSubject(text);
  const again = parseSubject(subjectLabel(entry.name, params));
  assert.deepEqual([again.entry.name, again.params], [entry.name, params]);
});

property(
  "a strategy's label: any text is one or refused, and no parameter is passed over",
  MANY,
  [fc.oneof(
    mangledText(choice),
    fc.constantFrom("toString", "__proto__", "constructor").map((name) => `channel:${name}=1`),
  )],
  (text) => {
    const found = orRefused(() => parseSubject(text), UsageError);
    for (const setting of found === null ? [] : text.split(":").slice(1)) {
      assert.ok(Object.hasOwn(found!.entry.params, setting.split("=")[0]), setting);
    }
  },
);

property("a schedule of the explorer reads back, and any other text is refused", MANY, [
  fc.array(fc.constantFrom(0, 1, 2, BY_TIME, BY_TIME + 1, BY_TIME + 2)),
  mangledText(fc.constant("cc1'2'")),
], (choices, text) => {
  assert.deepEqual(parseSchedule(formatSchedule(choices)), choices);
  orRefused(() => parseSchedule(text), Error);
});

const cell = {
  text: fc.string({ unit: "grapheme" }).map((text) => text === "" ? null : text),
  number: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeNat()),
  flag: fc.boolean(),
};
const row = fc.record(
  Object.fromEntries(
    Object.entries(SAMPLE_COLUMNS).map((
      [name, { kind }],
    ) => [name, fc.option<unknown>(cell[kind])]),
  ),
) as unknown as fc.Arbitrary<Sample>;

/** What a row keeps of a sample: twelve digits of a number, and text on one line. */
function kept(sample: Sample): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [
      name,
      typeof value === "number"
        ? Number(value.toPrecision(12)) + 0
        : typeof value === "string"
        ? value.replaceAll(/[\r\n]+/g, " ")
        : value,
    ]),
  );
}

property("rows of a table read back", SOME, [fc.array(row, { maxLength: 3 })], (rows) => {
  const text = tableText(SAMPLE_COLUMNS, rows);
  assert.equal(text.split("\n").length, rows.length + 2, "a row is a line");
  assert.deepEqual(parseRows(SAMPLE_COLUMNS, text, "x.csv"), rows.map(kept));
});

property(
  "samples.csv: whatever is in it is rows, or refused in one line",
  SOME,
  [mangledText(
    fc.array(row, { maxLength: 3 }).map((rows) => tableText(SAMPLE_COLUMNS, rows)),
  )],
  (text) => {
    orRefused(() => recoverSamples(new TextEncoder().encode(text), "x.csv"), UsageError);
  },
);

property(
  "samples.csv: so are bytes that are no text",
  MANY,
  [fc.uint8Array({ maxLength: 99 })],
  (bytes) => {
    const header = new TextEncoder().encode(headerLine(SAMPLE_COLUMNS));
    orRefused(() => recoverSamples(bytes, "x.csv"), UsageError);
    orRefused(() => recoverSamples(Uint8Array.from([...header, ...bytes]), "x.csv"), UsageError);
  },
);

property(
  "plan.json and environment.json: whatever is in them is a plan, or refused in one line",
  SOME,
  [mangledJson({
    command: "bench",
    arguments: ["--quick"],
    messages: { a: 1 },
    rates: { a: 0.5 },
  })],
  (text) =>
    withFolder((folder) => {
      writeFileSync(join(folder, "plan.json"), text);
      writeFileSync(join(folder, "environment.json"), text);
      const plan = orRefused(() => ResultsFolder.readPlan(folder), UsageError);
      for (const one of numbersIn(plan)) assert.ok(one > 0 && Number.isFinite(one));
      orRefused(() => ResultsFolder.readEnvironment(folder), UsageError);
      return Promise.resolve();
    }),
);

const EVENTS = [
  { type: "ready", workerStartMs: 1, sharedBytes: 1, rssReadyBytes: 1 },
  { type: "run", status: "ok", detail: "", messages: 1 },
  { type: "end", rssPeakBytes: 1 },
].map((event) => JSON.stringify(event) + "\n");

property(
  "a child's lines: noise between them is no event, and what is none gives no figure",
  MANY,
  [fc.array(fc.oneof(fc.string(), fc.json(), fc.constantFrom("null", "7", '"x"', "[]")))],
  (noise) => {
    const lines = noise.filter((line) => !line.includes("\n")).map((line) => `${line}\n`);
    const at = Math.floor(lines.length / 2);
    const output = [...lines.slice(0, at), ...EVENTS, ...lines.slice(at)].join("");
    const events = jsonLines<{ type: "run" | "ready" | "end" }>(output)
      .filter(({ type }) => type !== undefined);
    assert.deepEqual(events, EVENTS.map((line) => JSON.parse(line)));
    const outcome = { events: jsonLines<never>(lines.join("")), end: "done", detail: "" } as const;
    const judged = judge({ ...outcome, wallMs: 1 }, { secondPass: false, isPilot: false });
    assert.notEqual(reasonAgainst(judged), null);
  },
);

const TASK: ClientTask = {
  ...{ arm: "a", host: "h", port: 1, producers: 2, workers: 1, messages: 3, messageBytes: 8 },
  ...{ content: "fixed", seed: 1, run: 1, capacity: 9, warmUp: false, runId: "r" },
};
const verdict = encodeVerdict({
  ...{ status: "ok", mode: "after", expected: 6, delivered: 6, lost: 0, duplicated: 0 },
  ...{ reordered: 0, corrupted: 0, dropped: 0, detail: "" },
  ...{ listenerCpuUserUs: 1, listenerCpuSystemUs: 1 },
});
const ANSWER = {
  ...{ type: "run", elapsedUs: 5, bytes: 48, acknowledged: 48, connectUs: 1, writes: 1 },
  ...{ peakBytes: 48, verdict: Buffer.from(verdict).toString("hex") },
};

const {
  arm: _arm,
  host: _host,
  port: _port,
  workers: _workers,
  capacity: _capacity,
  content,
  ...rest
} = TASK;
const WORD = {
  begun: 1,
  run: { header: { ...rest, framing: content }, receivedBytes: 48, spanUs: 3, verdict },
};
const failed = fc.string({ unit: "binary" }).map((detail) =>
  JSON.stringify({ type: "failed", detail })
);
const answer = fc.oneof(mangledJson(ANSWER), failed);

property("a client's answer is a report or refused", MANY, [answer], (text) => {
  const report = orRefused(() => reportOf(text, TASK, 10, WORD), Error);
  if (report === null || report.status !== "ok") return;
  assert.ok(report.elapsedUs > 0 && report.elapsedUs <= 10 && report.bytes === 48);
});

const DESCRIPTION = {
  ...{ client: 1, version: "1", threads: 2, messageBytes: [1, 9], arms: { a: "channel" } },
};

property(
  "a client's description is one or refused",
  MANY,
  [fc.oneof(
    mangledJson(DESCRIPTION),
    fc.array(fc.nat(9)).map((messageBytes) => JSON.stringify({ ...DESCRIPTION, messageBytes })),
  )],
  (text) => {
    const client = orRefused(() => parseDescription(text), Error);
    if (client === null) return;
    assert.ok(client.messageBytes[0] <= client.messageBytes[1], String(client.messageBytes));
    assert.ok(client.version.length > 0 && Object.keys(client.arms).length > 0);
  },
);
