/** A joined folder has everything that its sources have. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withFolder } from "../testing/cli.ts";
import { madeUpSample } from "../testing/samples.ts";
import { BACKLOG_FILE } from "./backlog_file.ts";
import { BACKLOG_COLUMNS } from "./columns.ts";
import { headerLine } from "./csv.ts";
import { joinFolders, ResultsFolder } from "./folder.ts";
import { HISTOGRAM_LOG } from "./histograms.ts";

test("joined folders keep rows, environments, distributions and backlogs", () =>
  withFolder(async (folder) => {
    const sources = ["a", "b"].map((name, at) => {
      const source = ResultsFolder.create(join(folder, name));
      source.writeEnvironment({ session: name });
      source.add([madeUpSample("swap-buffer", 1, 1_000, { session: name })]);
      writeFileSync(join(source.path, HISTOGRAM_LOG), `#heading\nTag=${name},1,1,1,x\n`);
      const row = `node,swap-buffer,${at},2,64,50%,0,1,0,0,\n`;
      writeFileSync(join(source.path, BACKLOG_FILE), headerLine(BACKLOG_COLUMNS) + row);
      return source.path;
    });
    const { path, samples } = joinFolders(sources, join(folder, "out"));
    assert.deepEqual(samples.map(({ session }) => session), ["a", "b"]);
    assert.deepEqual(readdirSync(path).sort(), [
      ...[BACKLOG_FILE, "environment.json", HISTOGRAM_LOG, "samples.csv"],
    ]);
    const lines = (file: string) => readFileSync(join(path, file), "utf8").trim().split("\n");
    assert.deepEqual(lines(HISTOGRAM_LOG), ["#heading", "Tag=a,1,1,1,x", "Tag=b,1,1,1,x"]);
    assert.equal(lines(BACKLOG_FILE).length, 3);
  }));

test("a folder that is gone is not made again, and says so", () =>
  withFolder((parent) => {
    const folder = ResultsFolder.create(join(parent, "out"));
    rmSync(folder.path, { recursive: true });
    const gone = /out is gone, and what was measured with it/;
    assert.throws(() => folder.add([madeUpSample("swap-buffer", 1, 1_000, {})]), gone);
    assert.throws(() => folder.writeSummary([]), gone);
    return Promise.resolve();
  }));
