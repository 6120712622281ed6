/** A whole comparison: listener, folder, calibration, pilot, rounds, summary; what every measuring command does. */
import { availableParallelism } from "node:os";
import { EXIT } from "../command.ts";
import { openProgress, type Progress } from "../print/progress.ts";
import { duration } from "../print/units.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { describeEnvironment } from "../results/environment.ts";
import { ResultsFolder } from "../results/folder.ts";
import { runCell } from "./cell_process.ts";
import { watchInterrupts } from "./interrupt.ts";
import { joinListener, noListener, startListenerProcess } from "./listener_process.ts";
import type { BenchOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { Runtime } from "./runtimes.ts";
import { Session } from "./session.ts";

export interface Comparison {
  summary: Summary[];
  samples: readonly Sample[];
  folder: string;
  /** What the command ends with. */
  code: number;
}

/** Run a plan; `print` gets the result also where an interruption or a dead listener cut it short. */
export async function runComparison(
  options: BenchOptions,
  plan: Plan,
  runtimes: readonly Runtime[],
  notes: string[],
  print: (comparison: Comparison) => void,
): Promise<number> {
  const interrupt = watchInterrupts();
  const listener = await openListener(options);
  const progress = openProgress(process.stderr);
  try {
    const started = new Date().toISOString().replaceAll(":", "-").replace(/\..*/, "Z");
    const folder = options.out === null
      ? ResultsFolder.createNamed(started)
      : ResultsFolder.create(options.out);
    const environment = describeEnvironment(started, options, runtimes);
    environment.listener = listener.runtime;
    environment.notes = notes;
    folder.writeEnvironment(environment);
    const session = new Session({
      session: started,
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
    environment.bulkChunkBytes = await session.calibrate();
    folder.writeEnvironment(environment);
    await session.rounds(await session.pilot());
    progress.stop();

    const summary = folder.writeSummary();
    const failed = folder.samples.some(({ status }) => status !== "ok" && status !== "skipped");
    const code = interrupt.exitCode() ?? (failed ? EXIT.failed : EXIT.ok);
    print({ summary, samples: folder.samples, folder: folder.path, code });
    if (listener.gone.aborted && interrupt.exitCode() === null) {
      throw new Error("the listener has died, so the rest was not run; what was measured is kept");
    }
    return code;
  } finally {
    progress.stop();
    await listener.stop();
    interrupt.dispose();
  }
}

function openListener({ sink, listener, listenerRuntime, storeBytes }: BenchOptions) {
  if (sink === "none") return noListener();
  return listener === null
    ? startListenerProcess(listenerRuntime, storeBytes)
    : joinListener(listener.host, listener.port);
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
