/** The one test command: format, lint and types, then the same suite under Deno, Bun and Node. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../bench/runtime.ts";
import { STRATEGIES } from "../strategies/registry.ts";
import { command, EXIT, runMain } from "./cli/command.ts";
import { columnsPage } from "./results/columns.ts";
import { SUPPLY_PAGE, supplyPage } from "./processes/locked_packages.ts";
import { findRuntime, findRuntimes, type Runtime } from "./processes/runtimes.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Longer than any test takes; Bun's default of 5 s is meant for unit tests. */
const BUN_TIMEOUT_MS = 120_000;

/**
 * Steps that run at the same time, since many wait for processes and sleeping threads. With more, a thread that a test
 * is about to time out could starve.
 */
const AT_A_TIME = 2;
/** A cache of compiled code for the commands that tests start, as for the cells of a run. Only Node uses it. */
const COMPILED = `${ROOT}node_modules/.cache/fanin`;

/**
 * Test files that take long, the longest first. Each of them is a step of its own, so that no core is idle while the
 * last one runs. Under each runtime, all others are one step together.
 */
const LONG = [
  "strategies/delivery_test.ts",
  "scripts/client_test.ts",
  "scripts/bench_test.ts",
  "scripts/endings_test.ts",
  "scripts/session/destination_test.ts",
  "scripts/doctor_test.ts",
  "scripts/as-published_test.ts",
  "scripts/compare_test.ts",
];

/** How many lines of a failed step are repeated at the end, for readers who see only the end of a log. */
const LAST_LINES = 80;

interface Step {
  name: string;
  program: string;
  args: string[];
}

interface Failure {
  name: string;
  /** The last lines of its output. */
  end: string;
}

await runMain("test", async () => {
  const program = command(
    "test",
    "Check format, lint, imports and types; run the suite under each runtime, the page in Chromium, and mutations.",
  )
    .argument("[files...]", "only these test files; with --checks the checks, too")
    .option("--runtimes <list>", "as in bench", "deno,bun,node")
    .option("--checks", "only format, lint, imports and types")
    .option("--fix", "only format the files and write the generated pages of docs")
    .parse(process.argv);
  if (program.opts().fix) {
    fix();
    return EXIT.ok;
  }
  const { runtimes, missing } = findRuntimes(program.opts().runtimes);
  const files = program.args;
  const isPart = files.length > 0 || program.opts().checks === true;
  const steps = [
    ...(!isPart || program.opts().checks ? checks() : []),
    ...(!isPart ? [pageInBrowser(), ...suite(runtimes, testFiles())] : []),
    ...(files.length > 0 ? suite(runtimes, files) : []),
  ];
  const failed = await failing(steps, AT_A_TIME);
  // Run alone, since it starts as many processes as there are cores, and they must have time for races to happen.
  const last = isPart ? [] : [mutations()];
  failed.push(...await failing(last, 1));
  failed.push(...missing.map((name) => ({ name, end: "" })));
  for (const { name, end } of failed) {
    if (end !== "") console.log(`\n== ${name}, its last lines again\n${end}`);
  }
  for (const { name } of failed) console.log(`failed: ${name}`);
  const all = steps.length + last.length + missing.length;
  console.log(`fanin: ${all - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
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

/** All files under each of the runtimes. The step of the many short ones takes longest, so it comes first. */
function suite(runtimes: readonly Runtime[], files: string[]): Step[] {
  const long = LONG.filter((file) => files.includes(file));
  const short = files.filter((file) => !long.includes(file));
  return [
    ...(short.length === 0 ? [] : runtimes.map((runtime) => tests(runtime, short))),
    ...long.flatMap((file) => runtimes.map((runtime) => tests(runtime, [file]))),
  ];
}

function tests({ kind, path, label, version }: Runtime, files: string[]): Step {
  const args = {
    deno: ["test", "-A", "--no-check", "--quiet"],
    bun: ["test", `--timeout=${BUN_TIMEOUT_MS}`, "--isolate"],
    node: ["--test", "--test-reporter=spec", "--test-concurrency=1"],
  }[kind];
  const what = files.length === 1 ? files[0] : `${files.length} test files`;
  return {
    name: `${what} under ${label} ${version}`,
    program: path,
    // Bun would take a path that does not start with "./" for a filter.
    args: [...args, ...files.map((file) => `./${file}`)],
  };
}

/** The mutations of one strategy, in turn by commit, since all of them would take as long as everything else. */
function mutations(): Step {
  const { stdout } = spawnSync("git", ["rev-list", "--count", "HEAD"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const { name } = STRATEGIES[(Number(stdout) || 0) % STRATEGIES.length];
  return {
    name: `mutations of ${name} (npm run mutations runs all)`,
    program: process.execPath,
    args: [
      ...runArguments(currentRuntime().kind),
      "scripts/start.mjs",
      "mutations",
      ...["--only", name, "--once"],
    ],
  };
}

/** Says that it was skipped if there is no Chromium. */
function pageInBrowser(): Step {
  return {
    name: "the page in a browser",
    program: process.execPath,
    args: [...runArguments(currentRuntime().kind), "scripts/report/testing/use_page.ts"],
  };
}

function fix(): void {
  writeFileSync(`${ROOT}/docs/columns.md`, columnsPage());
  writeFileSync(SUPPLY_PAGE, supplyPage());
  spawnSync(findRuntime("deno").path, ["fmt", "--quiet"], { cwd: ROOT, stdio: "inherit" });
}

/** Runs all steps, `atATime` at the same time, in the given order. Returns those that failed. */
async function failing(steps: readonly Step[], atATime: number): Promise<Failure[]> {
  const waiting = [...steps];
  const failed: Failure[] = [];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const failure = await run(step);
      if (failure !== null) failed.push(failure);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return failed;
}

/**
 * The output of a step is printed when it has ended, so that the lines of two steps do not mix. Returns null if it
 * passed.
 */
async function run({ name, program, args }: Step): Promise<Failure | null> {
  const started = performance.now();
  console.log(`-- ${name}`);
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => said += text);
  }
  const status = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", resolve);
  });
  console.log(
    `\n== ${name}\n${said}== ${name}: ${status === 0 ? "passed" : "FAILED"} in ${
      Math.round((performance.now() - started) / 1_000)
    } s`,
  );
  if (status === 0) return null;
  return { name, end: said.trimEnd().split("\n").slice(-LAST_LINES).join("\n") };
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
