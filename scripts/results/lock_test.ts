/** A folder has one writer, and a dead one does not count. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../command.ts";
import { withFolder } from "../testing/cli.ts";
import { lockFolder } from "./lock.ts";

const isRefused = (pattern: RegExp) => (error: Error) =>
  error instanceof UsageError && pattern.test(error.message);

test("held once, and free when it was given free", () =>
  withFolder(async (folder) => {
    const release = lockFolder(folder);
    assert.throws(() => lockFolder(folder), isRefused(new RegExp(`by process ${process.pid}`)));
    assert.match(readFileSync(join(folder, "lock"), "utf8"), new RegExp(`^${process.pid} `));
    release();
    assert.ok(!existsSync(join(folder, "lock")));
    lockFolder(folder)();
    await Promise.resolve();
  }));

test("a lock whose process is gone is taken over", () =>
  withFolder(async (folder) => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(join(folder, "lock"), `${pid} 1\n`);
    lockFolder(folder)();
    assert.ok(!existsSync(join(folder, "lock")));
    assert.ok(!existsSync(join(folder, "lock.turn")));
    await Promise.resolve();
  }));

test(
  "an id that another process has by now is no holder",
  { skip: !existsSync("/proc/self/stat") },
  () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "lock"), `${process.ppid} 1\n`);
      lockFolder(folder)();
      await Promise.resolve();
    }),
);

test("a lock that names nobody is left to the person", () =>
  withFolder(async (folder) => {
    for (const text of ["", "-1 0\n", "0 0\n"]) {
      writeFileSync(join(folder, "lock"), text);
      assert.throws(() => lockFolder(folder), isRefused(/by an unknown process; .*delete .*lock$/));
    }
    assert.ok(!existsSync(join(folder, "lock.turn")));
    await Promise.resolve();
  }));
