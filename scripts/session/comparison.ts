/** What every measuring command does, as a whole: listener, folder, calibration, pilot, rounds, summary. */
import { availableParallelism } from "node:os";
import { currentRuntime } from "../../bench/runtime.ts";
import { applying } from "../cli/applying.ts";
import { EXIT } from "../cli/command.ts";
import { printPlan, printSubjects } from "./lists.ts";
import { plainText } from "../cli/plain_text.ts";
import { openProgress, type Progress } from "../cli/progress.ts";
import { duration } from "../cli/units.js";
import { saveBaseline } from "../results/baselines.ts";
import { BacklogFile } from "../results/backlog_file.ts";
import type { Sample } from "../results/columns.ts";
import { HistogramLog } from "../results/histograms.ts";
import type { Environment } from "../results/environment.ts";
import { cellKey, identityOf } from "../results/cell_key.ts";
import { type RecordedPlan, ResultsFolder } from "../results/folder.ts";
import { hasFailed } from "../results/samples.ts";
import { cellProcesses } from "../processes/cell_process.ts";
import { leftOutVariables } from "../processes/child_environment.ts";
import { type Circumstances, type Destination, openDestination } from "./destination.ts";
import { watchInterrupts } from "../cli/interrupt.ts";
import { joinListener, lookingAt } from "../processes/joined_listener.ts";
import { noListener, startListenerProcess } from "../processes/listener_process.ts";
import type { BenchOptions, Defaults } from "./bench_options.ts";
import { readOptions } from "./options.ts";
import { type Cell, makePlan } from "../results/plan.ts";
import { Earlier } from "./resume.ts";
import { VERDICT_ROUNDS } from "../statistics/call.ts";
import { findClients } from "../processes/clients.ts";
import { findRuntimes } from "../processes/runtimes.ts";
import { type Estimate, Session } from "./session.ts";

/** Makes what the readers of a folder want, and prints; without charts and page where the environment is null. */
type Finish = (folder: ResultsFolder, environment: Environment | null) => Promise<void>;

/**
 * A measuring command, from its arguments to its exit code. `finish` gets the folder even where an interruption or a
 * dead listener ended the session early.
 */
export async function compare(
  command: string,
  finish: (options: BenchOptions) => Finish,
  defaults?: Defaults,
): Promise<number> {
  const options = readOptions(command, process.argv, defaults);
  if (options.list) return printSubjects();

  const { runtimes: found, missing } = findRuntimes(options.runtimes);
  const runtimes = [...found, ...findClients(options.clients, found)];
  const cells = makePlan(options, runtimes);
  const leftOut = leftOutVariables();
  const notes = applying(
    ...missing.map((line) => `${line}; left out`),
    leftOut.length > 0 &&
      `${leftOut.join(", ")} would change the runtimes; left out of what is measured`,
  );
  for (const note of notes) console.error(`${command}: ${note}`);
  if (options.dryRun) return printDryRun(cells, options);

  return await runComparison({ command, options, cells, runtimes, notes, finish: finish(options) });
}

function printDryRun(cells: readonly Cell[], options: BenchOptions): number {
  if (options.resume !== null) {
    const earlier = new Earlier(ResultsFolder.recover(options.resume).samples);
    const missing = earlier.missing(cells, options.rounds);
    console.log(`missing in ${options.resume}: ${missing} processes of this plan`);
  }
  return printPlan(cells, options);
}

interface Work extends Omit<Circumstances, "listener"> {
  cells: readonly Cell[];
  finish: Finish;
}

/** The same, starting from a plan. */
export async function runComparison(work: Work): Promise<number> {
  const { command, options, cells, finish } = work;
  const interrupt = watchInterrupts();
  const listener = await openListener(options);
  const processes = cellProcesses(options.cpus);
  const progress = openProgress(process.stderr);
  let destination: Destination | null = null;
  try {
    destination = openDestination({ ...work, listener: listener.runtime });
    const { folder, environment, earlier, plan } = destination;
    // Earlier rows count for the exit code, too.
    for (const row of earlier.rows) tell(row, progress, "before: ");
    const histograms = new HistogramLog(folder.path);
    const backlogs = new BacklogFile(folder.path);
    const session = new Session({
      session: environment.session,
      options,
      cells: cellsAsChosen(cells, plan),
      listener,
      cores: options.cpus?.length ?? availableParallelism(),
      runCell: lookingAt(listener, processes.runCell),
      signal: AbortSignal.any([interrupt.signal, listener.gone]),
      observer: {
        onProgress: (...step) => progress.update(...step),
        onChosen: (chosen) => {
          for (const cell of chosen) {
            const key = cellKey(identityOf(cell));
            plan.messages[key] = cell.messages!;
            if (cell.ratePerS !== null) plan.rates[key] = cell.ratePerS;
          }
          folder.writePlan(plan);
        },
        onRows: (rows) => keep(rows, folder, progress),
        onWaits: (cell, runs) => {
          histograms.keep(cell, runs);
          backlogs.keep(cell, runs);
        },
        onNote: (line) => progress.say(line),
        onEstimate: (estimate) => {
          for (const line of estimateLines(estimate)) progress.say(line);
        },
      },
      earlier,
    });
    environment.bulkChunkBytes = await session.calibrate(environment.bulkChunkBytes);
    folder.writeEnvironment(environment);
    await session.rounds(await session.pilot());
    progress.stop();

    const failed = folder.samples.some(hasFailed);
    const nothing = !options.allowSkipped && !folder.samples.some(({ status }) => status === "ok");
    const isCut = interrupt.signal.aborted || listener.gone.aborted;
    if (nothing && !failed && !isCut) {
      console.error(
        `${command}: every cell was skipped, so nothing was verified; --allow-skipped takes that for a success`,
      );
    }
    const code = interrupt.exitCode() ?? (failed || nothing ? EXIT.failed : EXIT.ok);
    await finish(folder, options.report ? environment : null);
    if (options.save !== null && !isCut) {
      console.log(`baseline ${options.save}: ${saveBaseline(folder.path, options.save)}`);
    }
    if (isCut) console.log(`the rest of it: ${resumeCommand(command, folder.path, options)}`);
    if (interrupt.exitCode() !== null) {
      console.error(`${command}: interrupted, so the rest was not run; what was measured is kept`);
    } else if (listener.gone.aborted) {
      throw new Error("the listener has died, so the rest was not run; what was measured is kept");
    }
    return code;
  } finally {
    progress.stop();
    await processes.close();
    await listener.stop();
    destination?.close();
    interrupt.dispose();
  }
}

/** What is still to come, and, where it is too little for a verdict, what a verdict would take. */
function estimateLines({ totalMs, roundMs, rounds, cells }: Estimate): string[] {
  const words = rounds === 1 ? "1 round" : `${rounds} rounds`;
  return applying(
    `${cells} cells to measure in ${words}, about ${duration(totalMs)}`,
    rounds < VERDICT_ROUNDS && cells > 0 &&
      `${words} will decide nothing: a verdict takes ${VERDICT_ROUNDS}, here about ${
        duration(VERDICT_ROUNDS * roundMs)
      } (--rounds ${VERDICT_ROUNDS})`,
  );
}

/** What an interrupted session has chosen holds for the rest of it. */
function cellsAsChosen(cells: readonly Cell[], { messages, rates }: RecordedPlan): Cell[] {
  return cells.map((cell) => ({
    ...cell,
    messages: cell.messages ?? messages[cellKey(identityOf(cell))] ?? null,
    ratePerS: cell.ratePerS ?? rates[cellKey(identityOf(cell))] ?? null,
  }));
}

/** The command as a person would type it with the runtime that this program runs in. */
function resumeCommand(command: string, folder: string, options: BenchOptions): string {
  const run = { deno: "deno task", bun: "bun run", node: "npm run" }[currentRuntime().kind];
  const separator = run === "npm run" ? " --" : "";
  // Paths to programs are not read from the folder, so they are given again.
  const programs = [
    ["--runtimes", options.runtimes],
    ["--listener-runtime", options.listenerRuntime],
    ...options.clients.map((client) => ["--client", client]),
  ]
    .filter(([, value]) => value.includes("/"))
    .map(([option, value]) => ` ${option} ${quoted(value)}`).join("");
  return `${run} ${command}${separator} --resume ${quoted(folder)}${programs}`;
}

/** Text in a form that a shell reads back unchanged. */
function quoted(text: string): string {
  return /^[\w./=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function openListener({ sink, listener, listenerRuntime, storeBytes, cpus }: BenchOptions) {
  if (sink === "none") return noListener();
  return listener === null
    ? startListenerProcess(listenerRuntime, storeBytes, cpus)
    : joinListener(listener.host, listener.port);
}

function keep(rows: Sample[], folder: ResultsFolder, progress: Progress): void {
  folder.add(rows);
  for (const row of rows) tell(row, progress);
}

/** Prints a line for a row that says that something went wrong. */
function tell(row: Sample, progress: Progress, before = ""): void {
  if (!hasFailed(row)) return;
  const { runtime, strategy, params, producers, status, detail } = row;
  progress.say(
    // A folder that is resumed may come from somebody else.
    plainText(
      `${before}${runtime} ${strategy} ${params ?? ""} P=${producers}: ${status}, ${detail}`,
    ),
  );
}
