/** A parser that is independent of the writer can read what we write, and reading returns what was written. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import papaparse from "papaparse";
import { refilled, refilledEnvironment } from "../testing/refill.ts";
import { columnsPage, emptyRow, namesOf, type Sample, SAMPLE_COLUMNS, SCHEMA } from "./columns.ts";
import { parseRows, tableText } from "./csv.ts";

const AWKWARD = 'a "quoted", comma,\nline feed and – dash';

function sampleWith(values: Partial<Sample>): Sample {
  return { ...emptyRow(SAMPLE_COLUMNS), ...values };
}

test("an independent parser reads every value back", () => {
  const rows = [
    sampleWith({
      strategy: "channel",
      detail: AWKWARD,
      elapsed_us: 1234.5678,
      warmup_steady: true,
    }),
    sampleWith({ round: 0, status: "lost", lost: 3, rss_peak_bytes: 12_345_678_901 }),
  ];
  const text = tableText(SAMPLE_COLUMNS, rows);
  const { data, errors, meta } = papaparse.parse<Record<string, string>>(text.trimEnd(), {
    header: true,
  });
  assert.deepEqual(errors, []);
  assert.deepEqual(meta.fields, namesOf(SAMPLE_COLUMNS));
  assert.equal(data.length, 2);
  assert.deepEqual(
    [data[0].strategy, data[0].detail, data[0].elapsed_us, data[0].warmup_steady, data[0].lost],
    ["channel", AWKWARD.replaceAll(/[\r\n]+/g, " "), "1234.5678", "true", ""],
  );
  assert.deepEqual([data[1].round, data[1].lost, data[1].rss_peak_bytes], [
    "0",
    "3",
    "12345678901",
  ]);
  const [awkward, other] = rows;
  const onOneLine = { ...awkward, detail: AWKWARD.replaceAll(/[\r\n]+/g, " ") };
  assert.deepEqual(parseRows(SAMPLE_COLUMNS, text, "samples.csv"), [onOneLine, other]);
});

test("numbers are plain, and no text is a formula to a spreadsheet", () => {
  const texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''-1", "'quoted'", "a=b"];
  const numbers = [1_234_567.891, 0.000_012, 123_456_789_012, 0];
  const rows = [
    ...texts.map((detail) => sampleWith({ detail, strategy: detail, params: detail })),
    ...numbers.map((elapsed_us) => sampleWith({ elapsed_us })),
  ];
  const text = tableText(SAMPLE_COLUMNS, rows);
  const { data } = papaparse.parse<Record<string, string>>(text.trimEnd(), { header: true });
  for (const cell of data.flatMap((record) => Object.values(record))) {
    assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
  }
  assert.deepEqual(data.slice(texts.length).map(({ elapsed_us }) => elapsed_us), [
    "1234567.891",
    "0.000012",
    "123456789012",
    "0",
  ]);
  assert.deepEqual(parseRows(SAMPLE_COLUMNS, text, "samples.csv"), rows);
});

test("a table that is not ours is refused in one line", () => {
  assert.throws(() => parseRows(SAMPLE_COLUMNS, "a,b\n1,2\n", "x.csv"), /has no column "schema"/);
  assert.throws(() => parseRows(SAMPLE_COLUMNS, "a,b\n1,2,3\n", "x.csv"), /not readable as CSV/);
});

test("an earlier result gets the columns that it lacks, empty, and loses those that are gone", () => {
  const columns = { schema: SAMPLE_COLUMNS.schema, detail: SAMPLE_COLUMNS.detail };
  assert.equal(
    refilled(columns, 'gone,schema\n"a, ""b""",3\n', "x.csv"),
    `schema,detail\n${SCHEMA},\n`,
  );
});

test("an earlier environment gets the number of this schema, also where several sessions were joined", () => {
  assert.equal(
    refilledEnvironment('{"schema":1,"session":"s"}'),
    `{\n  "schema": ${SCHEMA},\n  "session": "s"\n}\n`,
  );
  const joined = JSON.parse(refilledEnvironment('[{"schema":1},{"schema":2,"a":3}]'));
  assert.deepEqual(joined, [{ schema: SCHEMA }, { schema: SCHEMA, a: 3 }]);
});

test("the environments of committed results have the number of their rows", () => {
  const results = new URL("../../results/", import.meta.url);
  for (const name of ["reference", "latency", "backlog", "others", "rust"]) {
    const file = new URL(`${name}/environment.json`, results);
    assert.equal(JSON.parse(readFileSync(file, "utf8")).schema, SCHEMA, name);
  }
});

test("docs/columns.md explains the columns that there are (npm test -- --fix writes it)", () => {
  const page = readFileSync(new URL("../../docs/columns.md", import.meta.url), "utf8");
  assert.equal(page, columnsPage());
});
