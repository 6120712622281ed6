/**
 * The first file of every command, in JavaScript that any Node since 14 can read. It makes sure that the suite can run
 * at all, or says in one line what to do.
 *
 *     node scripts/start.mjs <command> [options]
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const name = process.argv[2];
const file = name === "server" ? `${root}server.ts` : `${root}scripts/${name}.ts`;
const deno = process.versions.deno;
const bun = process.versions.bun;

/** Commands of earlier versions, and what replaces them. */
const MOVED = {
  "browser-test": "test",
  columns: "test -- --fix",
  explain: "bench -- --explain",
  merge: "summarize -- A B",
  report: "summarize -- FOLDER",
};

main();

function main() {
  if (Object.hasOwn(MOVED, name)) {
    return end(`"${name}" is "npm run ${MOVED[name]}" now`);
  }
  if (!/^[a-z-]+$/.test(name || "") || !existsSync(file)) {
    const names = readdirSync(`${root}scripts`).flatMap((file) =>
      /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []
    );
    return end(`there is no command "${name || ""}"; there are ${[...names, "server"].join(", ")}`);
  }
  if (!deno && !bun && !nodeRunsTypeScript()) {
    return end(
      `Node ${process.versions.node} cannot run TypeScript; run "npm ci" and use "npm run ${name}", which brings a current one`,
    );
  }
  if (!existsSync(`${root}node_modules/commander`) && !install()) {
    return end(`the dependencies are not installed; run "npm ci" first`);
  }
  process.argv.splice(2, 1);
  import(pathToFileURL(file).href);
}

function nodeRunsTypeScript() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Deno and Bun can install by themselves, so a machine with only one of them also gets what the lockfile names. */
function install() {
  const args = deno
    ? ["run", "-A", "--node-modules-dir=none", "npm:npm@11", "ci", "--silent"]
    // Bun reads package-lock.json, and with this flag installs either exactly what it names or nothing.
    : bun
    ? ["install", "--frozen-lockfile", "--silent"]
    : null;
  if (args === null) return false;
  console.error("fanin: installing the locked dependencies once");
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status === 0;
}

function end(message) {
  console.error(`fanin: ${message}`);
  process.exitCode = 2;
}
