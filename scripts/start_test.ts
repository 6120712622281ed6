/** The way into a command: what npm starts, and what it needs to be there. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findRuntime } from "./launch/runtimes.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

test("a signal to npm ends the command: npm hands it to the shell that it starts", {
  timeout: 60_000,
}, async () => {
  assert.ok(Object.values(scripts).every((script) => script.startsWith("exec node ")));
  const folder = dirname(findRuntime("node").path);
  const shell = spawn("sh", ["-c", `${scripts.server} --port 0 --store 1024`], {
    cwd: ROOT,
    env: { ...process.env, PATH: folder + delimiter + process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
    // A group of its own, of which nothing is left behind the test.
    detached: true,
  });
  let output = "";
  shell.stdout.setEncoding("utf8");
  const closed = new Promise<boolean>((resolve) => {
    // Closes with the last process that writes into it.
    shell.stdout.once("close", () => resolve(true));
  });
  await new Promise<void>((resolve, reject) => {
    shell.stdout.on("data", (text: string) => {
      output += text;
      if (output.includes("listening on ")) resolve();
    });
    void closed.then(() => reject(new Error(`it ended by itself: ${output}`)));
  });
  shell.kill("SIGTERM");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(resolve, 8_000, false));
  try {
    assert.ok(await Promise.race([closed, late]), "the command outlives its shell");
  } finally {
    clearTimeout(timer);
    try {
      process.kill(-shell.pid!, "SIGKILL");
    } catch {
      // All of the group have ended.
    }
  }
});
