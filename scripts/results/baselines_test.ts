import assert from "node:assert/strict";
import { test } from "node:test";
import { withFolder } from "../testing/cli.ts";
import { madeUpSample } from "../testing/samples.ts";
import { readBaseline, requireFreeBaseline, saveBaseline } from "./baselines.ts";
import { ResultsFolder } from "./folder.ts";
import { lockFolder } from "./lock.ts";

test("a baseline is found by its name, is never overwritten, and its name is no path", () =>
  withFolder((folder) => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const results = ResultsFolder.create("run");
      results.writeEnvironment({ session: "s" });
      results.add([madeUpSample("swap-buffer", 1, 100)]);
      requireFreeBaseline("first");
      const unlock = lockFolder("run");
      saveBaseline("run", "first");
      unlock();
      // The copy has no lock, so whoever replaces it can lock it.
      lockFolder("results/baselines/first")();
      assert.deepEqual(readBaseline("first").samples, results.samples);
      assert.deepEqual(readBaseline("run").samples, results.samples);
      assert.throws(() => requireFreeBaseline("first"), /is there already/);
      assert.throws(() => requireFreeBaseline("../first"), /a name has letters/);
      assert.throws(() => readBaseline("second"), /neither a folder second nor a baseline/);
    } finally {
      process.chdir(before);
    }
    return Promise.resolve();
  }));
