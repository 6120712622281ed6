/** How a child ended is reported, whatever the child does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../../bench/runtime.ts";
import { startProgram, withFolder } from "../testing/cli.ts";
import { MARK, markedProcesses, send, sleep } from "../testing/trials/processes.ts";
import { jsonLines, runChild } from "./child.ts";
import { findRuntime } from "./runtimes.ts";

const RUNTIME = findRuntime(`${currentRuntime().kind}=${process.execPath}`);
const SLOW = { timeout: 60_000 };

function run(text: string, limits: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  let outcome: Awaited<ReturnType<typeof runChild>>;
  return withFolder(async (folder) => {
    const path = join(folder, "program.mjs");
    writeFileSync(path, text);
    outcome = await runChild(RUNTIME, { path, args: ["7"] }, {
      timeoutMs: 30_000,
      signal: new AbortController().signal,
      ...limits,
    });
  }).then(() => outcome);
}

const FOR_EVER = "setInterval(() => {}, 1_000);";

test("what it says, and that it ended", SLOW, async () => {
  const { output, end, detail } = await run('console.log(`{"a":${process.argv[2]}}`)');
  assert.deepEqual([jsonLines(output), end, detail], [[{ a: 7 }], "done", ""]);
});

test("a signal that was aborted before ends it at once", SLOW, async () => {
  const { end } = await run(FOR_EVER, { signal: AbortSignal.abort() });
  assert.equal(end, "interrupted");
});

test("an abort and the time limit end it, and are told apart", SLOW, async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  assert.equal((await run(FOR_EVER, { signal: stop.signal })).end, "interrupted");
  const late = await run(FOR_EVER, { timeoutMs: 100 });
  assert.deepEqual([late.end, late.detail], ["timeout", "stopped after 0.1 s"]);
});

test("it ends with the process that started it, even if it notices nothing", SLOW, async (t) => {
  if (!existsSync("/proc/self/environ")) return t.skip("this system has no /proc");
  const mark = `${process.pid}-ends-with-its-parent`;
  const path = fileURLToPath(new URL("../testing/leave_child.ts", import.meta.url));
  const runtime = [process.execPath, ...runArguments(currentRuntime().kind)];
  const { child } = startProgram([...runtime, path], { [MARK]: mark });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const left = () => markedProcesses(mark);
  const deadline = performance.now() + 20_000;
  while (left().length > 0 && performance.now() < deadline) await sleep(20);
  const late = left();
  for (const { pid } of late) send(pid, "SIGKILL");
  assert.deepEqual([code, late], [3, []]);
});

test(
  "it is stopped where a process that it has started lives on",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const [path, pid] = [join(folder, "program.mjs"), join(folder, "pid")];
      writeFileSync(
        path,
        'import { spawn } from "node:child_process"; import { renameSync, writeFileSync } from "node:fs";' +
          'const { pid } = spawn("sleep", ["600"], { stdio: "inherit" });' +
          `writeFileSync("${pid}~", String(pid)); renameSync("${pid}~", "${pid}"); ${FOR_EVER}`,
      );
      const stop = new AbortController();
      const ending = runChild(RUNTIME, { path, args: [] }, {
        timeoutMs: 30_000,
        signal: stop.signal,
      });
      while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
      stop.abort();
      const end = () => process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
      let hung = false;
      const timer = setTimeout(() => {
        hung = true;
        end();
      }, 10_000);
      assert.equal((await ending).end, "interrupted");
      clearTimeout(timer);
      if (!hung) end();
      assert.equal(hung, false, "it waited for the other");
    }),
);

test("a failure is one line that is safe to print", SLOW, async () => {
  const { end, detail } = await run(
    'console.error("=====\\n# \\u001b[31mError: no memory\\n at x"); process.exit(9)',
  );
  assert.equal(end, "died");
  assert.match(detail, /^the process ended with code 9: .*Error: no memory$/);
  assert.ok(!detail.includes("\u001b"));
});

test("what says more than anybody can use is stopped", SLOW, async () => {
  const { end, detail } = await run(
    'const pour = () => { while (process.stdout.write("x".repeat(65_536))); process.stdout.once("drain", pour); };' +
      "pour();",
  );
  assert.equal(end, "died");
  assert.match(detail, /SIGKILL: error: it was stopped because it said more than 16 MiB$/);
});

test("half a line is none", () => {
  assert.deepEqual(jsonLines('{"a":1}\nnoise\n{"b":2'), [{ a: 1 }]);
});
