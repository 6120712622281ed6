/** What is kept of a file whose last write was cut off. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../cli/command.ts";
import { emptyRow, SAMPLE_COLUMNS, SCHEMA } from "./columns.ts";
import { headerLine, rowLine } from "./csv.ts";
import { random } from "../../bench/workload/random.ts";
import { testSeed } from "../../bench/testing/random.ts";
import { recoverSamples } from "./recovery.ts";

const seed = testSeed();

const HEADER = headerLine(SAMPLE_COLUMNS);
const EMPTY = emptyRow(SAMPLE_COLUMNS);

function line(round: number, position: number, run: number, detail: string | null = null) {
  return rowLine(SAMPLE_COLUMNS, rowOf(round, position, run, detail));
}

function rowOf(round: number, position: number, run: number, detail: string | null = null) {
  return {
    ...EMPTY,
    schema: SCHEMA,
    session: "s",
    round,
    position,
    run,
    detail,
    runtime: "node",
    status: "ok",
  };
}
const FIRST = line(1, 1, 1) + line(1, 1, 2);
const SECOND = line(1, 2, 1);
const encode = (text: string) => new TextEncoder().encode(text);
const text = (cut: string) => recoverSamples(encode(cut), "samples.csv").text;

test("a file that ends where a row does is kept", () => {
  assert.equal(text(HEADER + FIRST + SECOND), HEADER + FIRST + SECOND);
  assert.equal(recoverSamples(encode(HEADER + FIRST + SECOND), "x").samples.length, 3);
});

test("a torn row goes, and with it its process", () => {
  // The torn line is long enough to show that it belongs to another process.
  assert.equal(text(HEADER + FIRST + line(1, 2, 1).slice(0, 12)), HEADER + FIRST);
  // The torn line belongs to the same process as the row before it.
  assert.equal(text(HEADER + SECOND + FIRST + line(1, 1, 3).slice(0, 12)), HEADER + SECOND);
  // The torn position may be 1 or 12, so the row before it may be of the same process.
  assert.equal(text(HEADER + SECOND + FIRST + line(1, 12, 1).slice(0, 7)), HEADER + SECOND);
  assert.equal(text(HEADER + SECOND + FIRST + "2"), HEADER + SECOND);
});

test("a text of several lines is kept on one", () => {
  const row = line(1, 3, 1, 'two\nlines, "quoted"');
  assert.equal(row.split("\n").length, 2);
  assert.equal(text(HEADER + FIRST + row), HEADER + FIRST + row);
});

test("anything but a torn last row is an error with its line", () => {
  const whole = HEADER + FIRST + SECOND;
  const refused = (bytes: Uint8Array, message: RegExp) =>
    assert.throws(
      () => recoverSamples(bytes, "samples.csv"),
      (error: Error) => error instanceof UsageError && message.test(error.message),
    );
  // With a stray quote, everything after it looks like one unfinished text.
  refused(encode(HEADER + FIRST.replace("ok", 'o"k') + SECOND), /samples\.csv .*line 2/);
  const foreign = encode(whole);
  foreign[HEADER.length + FIRST.length + 8] = 0xff;
  refused(foreign, /samples\.csv, line 4 is not UTF-8/);
  refused(encode(HEADER + FIRST.replaceAll(",ok,", ",fine,")), /line 2: there is no status "fine"/);
  refused(encode(HEADER + FIRST.replaceAll(/^\d+,/gm, "99,")), /line 2: schema 99 in a file of/);
  refused(encode(HEADER + FIRST + SECOND.replace(/^\d+,/, "2,")), /line 4: schema 2/);
  const negative = rowLine(SAMPLE_COLUMNS, { ...rowOf(1, 2, 1), elapsed_us: -5 });
  refused(encode(HEADER + FIRST + negative), /line 4: elapsed_us is not a number from 0 on/);
  for (const column of ["rate_per_s", "late_p50_us", "clock_error_us", "held_peak"]) {
    const row = rowLine(SAMPLE_COLUMNS, { ...rowOf(1, 2, 1), [column]: -5 });
    refused(
      encode(HEADER + FIRST + row),
      new RegExp(`line 4: ${column} is not a number from 0 on`),
    );
  }
  refused(encode(HEADER + FIRST + "1,2,3\n"), /line 4/);
});

test("a wait that two clocks tell may read below 0", () => {
  const waits = { p50_us: -2.5, uncorrected_p99_us: -1, end_max_us: -0.25 };
  const row = rowLine(SAMPLE_COLUMNS, { ...rowOf(1, 2, 1), ...waits });
  const { samples } = recoverSamples(encode(HEADER + FIRST + row), "samples.csv");
  assert.equal(samples[2].p50_us, -2.5);
  assert.equal(samples[2].end_max_us, -0.25);
});

test(`whatever bytes change, no row is dropped in silence (seed ${seed})`, () => {
  const rows = Array.from({ length: 12 }, (_, at) => line(1, at + 1, 1, "as it was")).join("");
  const whole = encode(HEADER + rows);
  const next = random(seed);
  let refused = 0;
  for (let flip = 0; flip < 300; flip++) {
    const bytes = whole.slice();
    for (let i = 0; i < 3; i++) {
      bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
    }
    try {
      const { samples, text: kept } = recoverSamples(bytes, "samples.csv");
      const torn = bytes.length - 1 - bytes.lastIndexOf(10);
      // The last process is lost only if the last line end itself was hit.
      assert.ok(samples.length >= (torn === 0 ? 11 : 10), `${samples.length} rows`);
      assert.ok(encode(kept).length <= bytes.length);
    } catch (error) {
      assert.ok(error instanceof UsageError, String(error));
      refused++;
    }
  }
  assert.ok(refused > 0);
});

test("a file without a whole header has no rows; one with another header is not ours", () => {
  assert.equal(text(""), HEADER);
  assert.equal(text(HEADER.slice(0, 30)), HEADER);
  assert.throws(() => text("a,b\n1,2\n"), UsageError);
});
