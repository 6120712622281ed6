/** One trial: a bench with a fault, what it leaves behind, and how it is resumed. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import papaparse from "papaparse";
import { measuredRuns } from "../../../bench/process/budget.ts";
import { RUNTIME_KINDS, type RuntimeKind } from "../../../bench/runtime.ts";
import { random, shuffled } from "../../../bench/workload/random.ts";
import { findRuntime } from "../../processes/runtimes.ts";
import { type Finished, type Started, startProgram, withFolder } from "../cli.ts";
import { KINDS } from "./kinds.ts";
import { MARK, markedProcesses, send, sleep } from "./processes.ts";
import type { Fault, Stage } from "./stage.ts";

export interface Trial {
  kind: string;
  launcher: RuntimeKind;
  seed: number;
}

/** What must hold in every trial. */
export type Claim = "orphans" | "exit" | "line" | "csv" | "resume";

export interface Finding {
  claim: Claim;
  what: string;
}

export interface Outcome {
  /** False if the bench had ended before the fault could strike. */
  struck: boolean;
  code: number | null;
  findings: Finding[];
}

/** After this time no process of a trial may be left (ms). */
const LEAVE_MS = 2_000;
const GONE_MS = 20_000;
/** A bench that has not ended after this time hangs (ms). */
const HANGS_MS = 120_000;
const ROUNDS = 1;
/** The least and the most measured runs of a process of one P; it makes fewer if the first ones took long. */
const RUNS = [2, measuredRuns(1, 1_000)];
const CELLS = ["empty", "swap-buffer"];
const BENCH = [
  ...["--strategies", "swap-buffer", "--producers", "1", "--run-time", "1ms"],
  ...["--message-size", "8", "--rounds", String(ROUNDS), "--capacity", "64KiB", "--no-report"],
];
const START = fileURLToPath(new URL("../../start.mjs", import.meta.url));
/** The launchers' cache of compiled code, which the suite's tests use, too. */
const COMPILED = fileURLToPath(new URL("../../../node_modules/.cache/fanin", import.meta.url));
const FAULTY_CELL = fileURLToPath(new URL("./faulty_cell.ts", import.meta.url));

/** How the bench is started: as the README says, or without npm and tasks. */
export type Entry = "script" | "file";

function commandOf({ launcher }: Trial, entry: Entry, { preload }: Fault): string[] {
  const path = findRuntime(launcher).path;
  if (launcher === "deno" && (entry === "file" || preload !== undefined)) {
    const first = preload === undefined ? [] : ["--preload", preload];
    return [path, "run", "-A", "--no-check", ...first, START, "bench"];
  }
  if (entry === "file") return [path, START, "bench"];
  return {
    node: ["npm", "run", "--silent", "bench", "--"],
    deno: [path, "task", "--quiet", "bench"],
    bun: [path, "run", "--silent", "bench"],
  }[launcher];
}

/** @param hesitation how much of the time that a fault may wait it does wait, from 0 to 1 */
export function perform(trial: Trial, entry: Entry, hesitation = 1): Promise<Outcome> {
  return withFolder((folder) => performIn(folder, trial, entry, hesitation));
}

async function performIn(
  folder: string,
  trial: Trial,
  entry: Entry,
  hesitation: number,
): Promise<Outcome> {
  const next = random([...`${trial.kind} ${trial.launcher} ${trial.seed}`].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619),
    2_166_136_261,
  ));
  const [cell] = shuffled(RUNTIME_KINDS, next);
  let over = false;
  let bench: Started | undefined;
  const stage: Stage = {
    launcher: trial.launcher,
    cell,
    folder,
    out: join(folder, "out"),
    mark: `${process.pid}-${trial.kind}-${trial.launcher}-${trial.seed}`,
    next,
    hesitate: (mostMs) => sleep(next() * mostMs * hesitation),
    isOver: () => over,
    stderr: () => bench!.stderr(),
    pid: () => bench!.child.pid!,
  };
  const fault = await KINDS[trial.kind](stage);
  const program = `${cell}=${cellProgram(stage, fault)}`;
  const runtimes = [
    ...["--runtimes", program],
    ...(fault.args?.includes("--listener") ? [] : ["--listener-runtime", program]),
  ];
  const command = [...fault.through ?? [], ...commandOf(trial, entry, fault)];
  const start = (args: string[], env: Record<string, string> = {}) =>
    startProgram([...command, ...args], {
      [MARK]: stage.mark,
      NODE_COMPILE_CACHE: COMPILED,
      ...env,
    });
  const findings: Finding[] = [];
  const find = (claim: Claim, what: string) => findings.push({ claim, what });
  try {
    bench = start([...BENCH, ...runtimes, ...fault.args ?? [], "--out", stage.out], {
      ...preloads(trial.launcher, fault),
      ...fault.env,
    });
    const striking = fault.strike?.();
    // It is awaited after the bench has ended; until then an unhandled rejection would end this process.
    striking?.catch(() => {});
    const finished = await endOf(bench, stage, find, () => over = true);
    const struck = (await striking ?? true) && (fault.hasStruck?.() ?? true);
    fault.heal?.();
    rmPlant(stage);
    const rows = readRows(stage.out, find);
    judgeEnd(finished, rows, struck ? fault : UNDISTURBED, find);
    const hasPlan = existsSync(join(stage.out, "plan.json"));
    const said = finished.stdout + finished.stderr;
    if (hasPlan && finished.code === fault.codes?.[0] && fault.says?.test(said) === false) {
      find("line", `${fault.says} is not said`);
    }
    if (hasPlan) {
      if (!isComplete(rows)) {
        over = false;
        const rest = start(["--resume", stage.out, ...runtimes, "--allow-changed-environment"]);
        const resumed = await endOf(rest, stage, find, () => over = true);
        const all = readRows(stage.out, find);
        judgeEnd(resumed, all, {}, find);
        if (!isComplete(all)) find("resume", `it has ${processesOf(all).join(", ")}`);
      }
      checkRuns(readRows(stage.out, find), find);
    }
    return { struck, code: finished.code, findings };
  } finally {
    for (const { pid } of markedProcesses(stage.mark)) send(pid, "SIGKILL");
    await fault.close?.();
  }
}

const UNDISTURBED: Fault = { codes: [0], always: true };

type Find = (claim: Claim, what: string) => void;

/**
 * The program that runs the cells: the runtime, which starts a faulty cell in place of a cell while the plant exists.
 */
function cellProgram({ cell, folder, next }: Stage, { cell: name, preload }: Fault): string {
  const { path } = findRuntime(cell);
  if (name === undefined && preload === undefined) return path;
  const program = join(folder, "runtime");
  writeFileSync(`${program}.fault`, JSON.stringify({ name, seed: Math.floor(2 ** 31 * next()) }));
  const flag = cell === "node" ? "--import" : "--preload";
  const run = cell === "deno" ? "run " : "";
  writeFileSync(
    program,
    `#!/bin/sh
FANIN_FAULT=$(cat "$0.fault" 2>/dev/null); export FANIN_FAULT
case "$*" in *bench/process/cell.ts)
  for a; do shift; case "$a" in
    run) ${preload === undefined ? "" : "continue"} ;;
    */bench/process/cell.ts) ${
      name === undefined ? "" : `[ -n "$FANIN_FAULT" ] && a="${FAULTY_CELL}"`
    } ;;
  esac; set -- "$@" "$a"; done
  ${preload === undefined ? "" : `set -- ${run}${flag} "${preload}" "$@"`} ;;
esac
exec "${path}" "$@"
`,
  );
  chmodSync(program, 0o755);
  return program;
}

function rmPlant({ folder }: Stage): void {
  if (existsSync(join(folder, "runtime.fault"))) writeFileSync(join(folder, "runtime.fault"), "");
}

/** For a preloaded file: Node and Bun have a variable for it; Deno does not. */
function preloads(launcher: RuntimeKind, { preload }: Fault): Record<string, string> {
  if (preload === undefined || launcher === "deno") return {};
  return launcher === "node"
    ? { NODE_OPTIONS: `--import=${preload}` }
    : { BUN_OPTIONS: `--preload=${preload}` };
}

/** Waits for the process that was started, not for the end of its output, which an orphan would hold open. */
async function endOf(
  { child, finished }: Started,
  stage: Stage,
  find: Find,
  onExit: () => void,
): Promise<Finished> {
  const timer = setTimeout(() => {
    find("exit", `it hangs after ${HANGS_MS / 1_000} s`);
    for (const { pid } of markedProcesses(stage.mark)) send(pid, "SIGKILL");
  }, HANGS_MS);
  // A process that could not be started has no exit.
  await Promise.race([new Promise((resolve) => child.once("exit", resolve)), finished]);
  clearTimeout(timer);
  onExit();
  await lookForOrphans(stage, find);
  return await finished;
}

async function lookForOrphans({ mark }: Stage, find: Find): Promise<void> {
  const started = performance.now();
  const within = async (ms: number) => {
    while (markedProcesses(mark).length > 0) {
      if (performance.now() - started > ms) return false;
      await sleep(20);
    }
    return true;
  };
  if (await within(LEAVE_MS)) return;
  const left = markedProcesses(mark).map(({ pid, args }) => `${pid} ${args.join(" ")}`);
  // On a busy machine a process may take longer to end, which is different from staying alive.
  const how = await within(GONE_MS)
    ? `gone after ${Math.round((performance.now() - started) / 100) / 10} s`
    : `there after ${GONE_MS / 1_000} s`;
  for (const one of left) find("orphans", `${how}: ${one.slice(0, 200)}`);
  for (const { pid } of markedProcesses(mark)) send(pid, "SIGKILL");
}

type Row = Record<string, string>;

/** The rows of the files, read by an independent parser. */
function readRows(out: string, find: Find): Row[] {
  let samples: Row[] = [];
  for (const file of ["samples.csv", "summary.csv", "pairs.csv"]) {
    if (!existsSync(join(out, file))) continue;
    const text = readFileSync(join(out, file), "utf8");
    const { data, errors } = papaparse.parse<Row>(text.trimEnd(), { header: true });
    if (errors.length > 0) find("csv", `${file}, row ${errors[0].row}: ${errors[0].message}`);
    if (!text.endsWith("\n")) find("csv", `${file} ends in the middle of a row`);
    if (file === "samples.csv") samples = data;
  }
  return samples;
}

const FINE = ["ok", "pilot", "skipped"];
const failuresOf = (rows: Row[]) => rows.filter(({ status }) => !FINE.includes(status));

/** The processes of the plan that have rows, as one text each, however many rows they have. */
function processesOf(rows: Row[]): string[] {
  return [
    ...new Set(rows.map(({ strategy, round, position }) => `${strategy} ${round} ${position}`)),
  ]
    .map((key) => key.split(" ").slice(0, 2).join(" ")).sort();
}

/** Whether every cell has its pilot and its rounds, each once; a cell that the pilot has skipped has no rounds. */
function isComplete(rows: Row[]): boolean {
  const wanted = CELLS.flatMap((strategy) => {
    const skipped = rows.some((row) => row.strategy === strategy && row.status === "skipped");
    return Array.from({ length: skipped ? 1 : ROUNDS + 1 }, (_, round) => `${strategy} ${round}`);
  });
  return processesOf(rows).join() === wanted.sort().join();
}

/** Checks that the runs of a process are numbered from 1 on, and are as many as without a fault, unless one failed. */
function checkRuns(rows: Row[], find: Find): void {
  const key = ({ strategy, round }: Row) => `${strategy} ${round}`;
  for (const [name, all] of Map.groupBy(rows, key)) {
    if (all.some(({ status }) => status === "skipped")) continue;
    const runs = all.filter(({ run }) => run !== "").map(({ run }) => Number(run));
    if (runs.some((run, at) => run !== at + 1)) find("resume", `${name} has the runs ${runs}`);
    const right = all[0].round === "0" ? [1] : RUNS;
    const hasFailed = failuresOf(all).length > 0;
    if (runs.length > right.at(-1)! || (runs.length < right[0] && !hasFailed)) {
      find("resume", `${name} has ${runs.length} runs`);
    }
  }
}

const NOTE = /left out of what is measured$/;

function judgeEnd(
  { code, stderr }: Finished,
  rows: Row[],
  { codes = [], always = false }: Fault,
  find: Find,
): void {
  const lines = stderr.split("\n").filter((line) => line !== "");
  const said = lines.filter((line) => /^bench: /.test(line) && !NOTE.test(line));
  const failures = failuresOf(rows);
  const isGood = failures.length === 0 && rows.some(({ status }) => status === "ok");
  // What was done before the fault could end it counts as done.
  const ofRows = said.length > 0 ? [1] : isComplete(rows) ? [isGood ? 0 : 1] : [];
  const right = always ? codes : [...codes, ...ofRows];
  if (code === null || !right.includes(code)) {
    find(
      "exit",
      `it ended with ${code} and not ${right.join(" or ")}: ${lines.slice(-3).join(" / ")}`,
    );
  }
  const trace = lines.find((line) => /^\s+at |Uncaught|panicked|^\S*Error\b/.test(line));
  if (trace !== undefined) find("line", `not meant for people: ${trace}`);
  if (said.length > 1) find("line", `more than one line: ${said.join(" / ")}`);
  if (code === 1 && said.length === 0 && failures.length === 0) find("line", "it says nothing");
  const unnamed = failures.find(({ status, detail }) => !stderr.includes(`${status}, ${detail}`));
  if (unnamed !== undefined && said.length === 0 && code !== 137) {
    find("line", `a failure is not told: ${unnamed.status}, ${unnamed.detail}`);
  }
}
