/** A cell ends with its launcher, also in the middle of a run in which its consumer never has to wait. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Consumer } from "../../strategies/strategy.ts";
import { currentRuntime, runArguments } from "../runtime.ts";
import type { RunSink } from "../wire/sink.ts";
import type { CellSpec } from "./spec.ts";
import { drain } from "../subjects/drain.ts";

const LAUNCHER = fileURLToPath(new URL("../testing/launcher_to_kill.ts", import.meta.url));
/** Nothing but a bound: the cell is gone after a tenth of a second. */
const PATIENCE_MS = 8_000;

/** A run that would take minutes, into the cell's own process, so that no socket makes its loop turn. */
const ENDLESS: CellSpec = {
  subject: "sharded-rings",
  params: {},
  producers: 4,
  workers: 2,
  messages: 2_000_000_000,
  messageBytes: 8,
  turn: 0,
  runTimeUs: null,
  pace: null,
  reading: null,
  capacity: 4 * 2 ** 20,
  seed: 1,
  listener: null,
  storeBytes: 2 ** 20,
  runId: "endless",
  task: "measure",
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a cell whose launcher is killed in the middle of a run ends", {
  timeout: 60_000,
}, async () => {
  const args = [...runArguments(currentRuntime().kind), LAUNCHER, JSON.stringify(ENDLESS)];
  const launcher = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  launcher.stdout.setEncoding("utf8");
  // The cell holds the other end of this pipe, too: it closes when both are gone.
  const bothGone = new Promise<boolean>((resolve) => {
    launcher.stdout.once("close", () => resolve(true));
  });
  await new Promise<void>((resolve, reject) => {
    launcher.stdout.on("data", (text: string) => {
      output += text;
      if (output.includes('"warm"')) resolve();
    });
    launcher.once("error", reject);
    void bothGone.then(() => reject(new Error(`the cell ended by itself: ${output}`)));
  });
  const pid = Number(/^cell (\d+)$/m.exec(output)![1]);
  launcher.kill("SIGKILL");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(resolve, PATIENCE_MS, false));
  try {
    assert.ok(await Promise.race([bothGone, late]), "the cell outlives its launcher");
    assert.ok(!/"type":"run"/.test(output), "the run was to be too long to end by itself");
  } finally {
    clearTimeout(timer);
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  }
});

test("the event loop turns while the consumer always finds something", async () => {
  let turned = false;
  setTimeout(() => turned = true, 1);
  const started = performance.now();
  const consumer = {
    parks: 0,
    receive: () =>
      Promise.resolve(turned || performance.now() - started > 5_000 ? null : new Uint8Array(8)),
  } as Partial<Consumer> as Consumer;
  const sink = { write: () => Promise.resolve() } as Partial<RunSink> as RunSink;
  await drain(consumer, sink);
  assert.ok(turned);
});
