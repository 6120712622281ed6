/** The one test command: format, lint, types, then the one suite under Deno, Bun and Node. */
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { command, EXIT, runMain } from "./cli/command.ts";
import { columnsPage } from "./results/columns.ts";
import { findRuntime, findRuntimes, type Runtime } from "./processes/runtimes.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Longer than any test takes: Bun's own limit of 5 s is for unit tests. */
const BUN_TIMEOUT_MS = 120_000;

/**
 * Test files at a time: many wait for processes and sleeping threads. More would let a thread that is about to be
 * timed out starve.
 */
const FILES_AT_A_TIME = 2;
/** Commands that tests start find themselves compiled, as the cells of a run do. Node alone looks here. */
const COMPILED = `${ROOT}node_modules/.cache/fanin`;

/** Tries of a mutation that only a race shows. */
const CI_SEEDS = 4;

interface Step {
  name: string;
  program: string;
  args: string[];
}

await runMain("test", () => {
  const program = command(
    "test",
    "Check format, lint and types, and run the suite under each runtime.",
  )
    .argument("[files...]", "only these test files, without the checks")
    .option("--runtimes <list>", "as in bench", "deno,bun,node")
    .option("--fix", "mend the format and docs/columns.md first")
    .parse(process.argv);
  if (program.opts().fix) fix();
  const { runtimes, missing } = findRuntimes(program.opts().runtimes);
  const files = program.args.length > 0 ? program.args : testFiles();
  const steps = [
    ...(program.args.length > 0 ? [] : checks()),
    ...runtimes.map((runtime) => suite(runtime, files)),
    ...(program.args.length > 0 ? [] : [mutations(runtimes), pageInBrowser()]),
  ];
  const failed = [...missing, ...steps.filter((step) => !passes(step)).map(({ name }) => name)];
  for (const name of failed) console.error(`failed: ${name}`);
  console.log(
    `fanin: ${steps.length + missing.length - failed.length} passed, ${failed.length} failed`,
  );
  return Promise.resolve(failed.length === 0 ? EXIT.ok : EXIT.failed);
});

function checks(): Step[] {
  const deno = findRuntime("deno").path;
  const imports = [
    "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
    ...["--config", "scripts/testing/import_rules.mjs", "mod.ts", "server.ts"],
    ...["strategies", "examples", "bench", "scripts"],
  ];
  return [
    { name: "format (deno fmt mends it)", program: deno, args: ["fmt", "--check", "--quiet"] },
    { name: "lint", program: deno, args: ["lint", "--quiet"] },
    { name: "directions of imports", program: deno, args: ["run", "-A", "--no-check", ...imports] },
    { name: "types", program: deno, args: ["check", "--quiet", ...sources()] },
  ];
}

function suite({ kind, path, label, version }: Runtime, files: string[]): Step {
  const args = {
    deno: ["test", "-A", "--no-check", "--quiet", "--parallel", ...files],
    // A path that does not start with "./" would be a filter and not a file.
    bun: [
      "test",
      `--timeout=${BUN_TIMEOUT_MS}`,
      `--parallel=${FILES_AT_A_TIME}`,
      ...files.map((file) => `./${file}`),
    ],
    node: [
      "--test",
      "--test-reporter=spec",
      `--test-concurrency=${FILES_AT_A_TIME}`,
      ...files,
    ],
  }[kind];
  return { name: `suite under ${label} ${version}`, program: path, args };
}

/** Under one of the runtimes, in turn by commit: all of them would take as long as the rest. */
function mutations(runtimes: readonly Runtime[]): Step {
  const { stdout } = spawnSync("git", ["rev-list", "--count", "HEAD"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const { kind, label } = runtimes[(Number(stdout) || 0) % runtimes.length];
  return {
    name: `mutations under ${label} (npm run mutations runs all)`,
    program: process.execPath,
    args: [
      ...runArguments(currentRuntime().kind),
      "scripts/start.mjs",
      "mutations",
      ...["--runtimes", kind, "--seeds", String(CI_SEEDS)],
    ],
  };
}

/** Skipped aloud where there is no Chromium. */
function pageInBrowser(): Step {
  return {
    name: "the page in a browser",
    program: process.execPath,
    args: [...runArguments(currentRuntime().kind), "scripts/report/testing/use_page.ts"],
  };
}

function fix(): void {
  writeFileSync(`${ROOT}/docs/columns.md`, columnsPage());
  spawnSync(findRuntime("deno").path, ["fmt", "--quiet"], { cwd: ROOT, stdio: "inherit" });
}

function passes({ name, program, args }: Step): boolean {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { status } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      DENO_JOBS: String(FILES_AT_A_TIME),
      NODE_COMPILE_CACHE: COMPILED,
    },
  });
  console.log(
    `== ${name}: ${status === 0 ? "passed" : "FAILED"} in ${
      Math.round((performance.now() - started) / 1_000)
    } s`,
  );
  return status === 0;
}

function sources(): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}

function testFiles(): string[] {
  return sources().filter((file) => file.endsWith("_test.ts"));
}
