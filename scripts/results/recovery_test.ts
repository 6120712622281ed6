/** What is kept of a file whose last write was cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../command.ts";
import { type Sample, SAMPLE_COLUMNS } from "./columns.ts";
import { headerLine, rowLine } from "./csv.ts";
import { recoverSamples } from "./recovery.ts";

const HEADER = headerLine(SAMPLE_COLUMNS);
const EMPTY = Object.fromEntries(SAMPLE_COLUMNS.map(({ name }) => [name, null])) as Sample;

function line(round: number, position: number, run: number, detail: string | null = null) {
  return rowLine(SAMPLE_COLUMNS, {
    ...EMPTY,
    schema: 2,
    session: "s",
    round,
    position,
    run,
    detail,
  });
}
const FIRST = line(1, 1, 1) + line(1, 1, 2);
const SECOND = line(1, 2, 1);
const text = (cut: string) => recoverSamples(cut, "samples.csv").text;

test("a file that ends where a row does is kept", () => {
  assert.equal(text(HEADER + FIRST + SECOND), HEADER + FIRST + SECOND);
  assert.equal(recoverSamples(HEADER + FIRST + SECOND, "x").samples.length, 3);
});

test("a torn row goes, and with it its process", () => {
  // Far enough to be told from the process before it.
  assert.equal(text(HEADER + FIRST + line(1, 2, 1).slice(0, 12)), HEADER + FIRST);
  // Of the same process.
  assert.equal(text(HEADER + SECOND + FIRST + line(1, 1, 3).slice(0, 12)), HEADER + SECOND);
  // Position 1, or 12?
  assert.equal(text(HEADER + SECOND + FIRST + line(1, 12, 1).slice(0, 7)), HEADER + SECOND);
  assert.equal(text(HEADER + SECOND + FIRST + "2"), HEADER + SECOND);
});

test("a line end in quotes ends no row", () => {
  const broken = line(1, 3, 1, 'two\nlines, "quoted"');
  assert.equal(text(HEADER + FIRST + broken), HEADER + FIRST + broken);
  const torn = broken.slice(0, broken.indexOf("\n") + 1);
  assert.equal(text(HEADER + FIRST + torn), HEADER + FIRST);
});

test("a file without a whole header has no rows; one with another header is not ours", () => {
  assert.equal(text(""), HEADER);
  assert.equal(text(HEADER.slice(0, 30)), HEADER);
  assert.throws(() => text("a,b\n1,2\n"), UsageError);
});
