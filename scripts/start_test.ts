/** How a command starts: what npm runs, and what it needs to be there. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { findRuntime } from "./processes/runtimes.ts";
import { withFolder } from "./testing/cli.ts";

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
    // A process group of its own, so that nothing of it is left after the test.
    detached: true,
  });
  let output = "";
  shell.stdout.setEncoding("utf8");
  const closed = new Promise<boolean>((resolve) => {
    // Closes when the last process that writes to it ends.
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
      // All processes of the group have ended.
    }
  }
});

/** A project whose only dependency is in a folder beside it, so that installing needs no network. */
function freshClone(folder: string, version: string): void {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const dependencies = { commander: "file:vendored" };
  const vendored = { name: "commander", version, main: "index.js" };
  write("package.json", JSON.stringify({ name: "clone", dependencies }));
  write("vendored/package.json", JSON.stringify(vendored));
  write("vendored/index.js", "module.exports = 'installed';");
  const packages = {
    "": { name: "clone", dependencies },
    "node_modules/commander": { resolved: "vendored", link: true },
    vendored: { name: "commander", version },
  };
  write("package-lock.json", JSON.stringify({ name: "clone", lockfileVersion: 3, packages }));
  write("bunfig.toml", "[install]\ncache = false\n[install.lockfile]\nsave = false\n");
  write(
    "scripts/hello.ts",
    "import commander from 'commander';\nconsole.log(commander as string);\n",
  );
  copyFileSync(new URL("./start.mjs", import.meta.url), join(folder, "scripts/start.mjs"));
}

test("Bun alone installs what the lockfile names, once; Node says what to do", () =>
  withFolder(async (folder) => {
    freshClone(folder, "1.0.0");
    const start = (kind: "bun" | "node") =>
      spawnSync(findRuntime(kind).path, [join(folder, "scripts/start.mjs"), "hello"], {
        encoding: "utf8",
        timeout: 30_000,
      });
    const node = start("node");
    assert.equal(node.status, 2);
    assert.equal(node.stderr, 'fanin: the dependencies are not installed; run "npm ci" first\n');
    const first = start("bun");
    assert.deepEqual([first.status, first.stdout], [0, "installed\n"], first.stderr);
    assert.match(first.stderr, /^fanin: installing the locked dependencies once\n/);
    const second = start("bun");
    assert.deepEqual([second.status, second.stdout, second.stderr], [0, "installed\n", ""]);
    await Promise.resolve();
  }));

test("a command of an earlier version answers with the one that does its work now", () => {
  for (const name of ["report", "merge", "explain", "columns", "browser-test"]) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [...runArguments(currentRuntime().kind), "scripts/start.mjs", name],
      { cwd: ROOT, encoding: "utf8" },
    );
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^fanin: "${name}" is "npm run \\S+.*" now\n$`));
  }
});

test("every command is there for npm and for Deno, has its file, and stands in the README", () => {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  assert.deepEqual(Object.keys(tasks).toSorted(), Object.keys(scripts).toSorted());
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const files = readdirSync(join(ROOT, "scripts"));
  const names = files.flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
  for (const name of names) {
    assert.ok(name in scripts, `package.json has no ${name}`);
    assert.ok(new RegExp(`\`${name}[ \`]`).test(readme), `README.md does not name ${name}`);
  }
});
