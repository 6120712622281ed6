/** A folder has one writer, and a dead one does not count. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../../bench/runtime.ts";
import { UsageError } from "../cli/command.ts";
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

test("a lock that was never written to its end is taken over, unless it is being written now", () =>
  withFolder(async (folder) => {
    const lock = join(folder, "lock");
    for (const text of ["", "12"]) {
      writeFileSync(lock, text);
      assert.throws(() => lockFolder(folder), isRefused(/by an unknown process/));
      utimesSync(lock, 0, 0);
      lockFolder(folder)();
      assert.ok(!existsSync(lock));
    }
    await Promise.resolve();
  }));

test(
  "a disk that takes no byte is left without a lock",
  { skip: process.platform === "win32" && "ulimit is a Unix shell's" },
  () =>
    withFolder(async (folder) => {
      // A file size limit of 0 bytes stands in for a full disk: the file is created, but its content is not written.
      const line = 'trap "" XFSZ; ulimit -f 0; exec "$0" "$@"';
      const file = fileURLToPath(new URL("../testing/take_lock.ts", import.meta.url));
      const args = [...runArguments(currentRuntime().kind), file, folder];
      const { status } = spawnSync("sh", ["-c", line, process.execPath, ...args]);
      assert.equal(status, 0);
      assert.ok(!existsSync(join(folder, "lock")));
      await Promise.resolve();
    }),
);
