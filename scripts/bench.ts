/** The main job: run the suite under every runtime, verify, merge, compare. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { EXIT, runMain } from "./command.ts";
import { runCell } from "./launch/cell_process.ts";
import { type Interrupt, watchInterrupts } from "./launch/interrupt.ts";
import {
  joinListener,
  noListener,
  type RunningListener,
  startListenerProcess,
} from "./launch/listener_process.ts";
import { type BenchOptions, readOptions } from "./launch/options.ts";
import { makePlan, type Plan } from "./launch/plan.ts";
import { findRuntimes, type Runtime } from "./launch/runtimes.ts";
import { Session } from "./launch/session.ts";
import { printPlan, printSubjects } from "./print/lists.ts";
import { openProgress, type Progress } from "./print/progress.ts";
import { printReport } from "./print/report.ts";
import { duration } from "./print/units.ts";
import type { Sample } from "./results/columns.ts";
import { describeEnvironment, type Environment } from "./results/environment.ts";
import { ResultsFolder } from "./results/folder.ts";

await runMain("bench", async () => {
  const options = readOptions(process.argv);
  if (options.list) return printSubjects();

  const { runtimes, missing } = findRuntimes(options.runtimes);
  const plan = makePlan(options, runtimes);
  const notes = [...missing.map((line) => `${line}; left out`), ...plan.notes];
  for (const note of notes) console.error(`bench: ${note}`);
  if (options.dryRun) return printPlan(plan, options);

  const interrupt = watchInterrupts();
  const listener = await openListener(options);
  try {
    const session = new Date().toISOString().replaceAll(":", "-").replace(/\..*/, "Z");
    const folder = ResultsFolder.create(options.out ?? join("results", session));
    const environment = describeEnvironment(session, options, runtimes);
    environment.listener = listener.runtime;
    environment.notes = notes;
    return await compare({ options, plan, runtimes, listener, interrupt, folder, environment });
  } finally {
    await listener.stop();
    interrupt.dispose();
  }
});

function openListener({ sink, listener, listenerRuntime, storeBytes }: BenchOptions) {
  if (sink === "none") return noListener();
  return listener === null
    ? startListenerProcess(listenerRuntime, storeBytes)
    : joinListener(listener.host, listener.port);
}

interface Comparison {
  options: BenchOptions;
  plan: Plan;
  runtimes: Runtime[];
  listener: RunningListener;
  interrupt: Interrupt;
  folder: ResultsFolder;
  environment: Environment;
}

async function compare(comparison: Comparison): Promise<number> {
  const { options, plan, listener, interrupt, folder, environment } = comparison;
  const progress = openProgress(process.stderr);
  const session = new Session({
    session: environment.session,
    options,
    cells: plan.cells,
    listener,
    cores: availableParallelism(),
    runCell,
    signal: AbortSignal.any([interrupt.signal, listener.gone]),
    observer: {
      onProgress: (...step) => progress.update(...step),
      onRows: (rows) => keep(rows, folder, progress),
      onEstimate: (ms, processes) =>
        progress.say(`${processes} processes to run, about ${duration(ms)}`),
    },
  });
  folder.writeEnvironment(environment);
  environment.bulkChunkBytes = await session.calibrate();
  folder.writeEnvironment(environment);
  await session.rounds(await session.pilot());
  progress.stop();

  const summary = folder.writeSummary();
  printReport(summary, folder.samples, folder.path);
  const code = interrupt.exitCode();
  if (code !== null) return code;
  if (listener.gone.aborted) {
    throw new Error("the listener has died, so the rest was not run; what was measured is kept");
  }
  const failed = folder.samples.some(({ status }) => status !== "ok" && status !== "skipped");
  return failed ? EXIT.failed : EXIT.ok;
}

function keep(rows: Sample[], folder: ResultsFolder, progress: Progress): void {
  folder.add(rows);
  for (const row of rows) {
    if (row.status !== "ok" && row.status !== "skipped") {
      progress.say(
        `${row.runtime} ${row.strategy} ${
          row.params ?? ""
        } P=${row.producers}: ${row.status}, ${row.detail}`,
      );
    }
  }
}
