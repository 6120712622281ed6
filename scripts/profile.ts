/** Shows where the time goes: one cell under a CPU profiler, with the consumer and every Worker as flame graphs. */
import { join } from "node:path";
import type { CellSpec } from "../bench/process/spec.ts";
import { cellTask } from "./results/cell_task.ts";
import { EXIT, runMain } from "./cli/command.ts";
import { describeProfile } from "./flame/description.ts";
import { type ProfileOptions, readProfileOptions } from "./flame/options.ts";
import { createFolder, type LabelledCell, writeProfiles } from "./flame/output.ts";
import { profileCell } from "./flame/profiled_cell.ts";
import { profileSummary } from "./flame/summary.ts";
import { watchInterrupts } from "./cli/interrupt.ts";
import { type RunningListener, startListenerProcess } from "./processes/listener_process.ts";
import { type SubjectChoice, subjectLabel } from "./results/subjects.ts";

const STORE_BYTES = 256 * 2 ** 20;

await runMain("profile", async () => {
  const options = readProfileOptions(process.argv);
  const folder = createFolder(options.out);
  const interrupt = watchInterrupts();
  const listener = await startListenerProcess("node", STORE_BYTES);
  try {
    const signal = AbortSignal.any([interrupt.signal, listener.gone]);
    const cells: LabelledCell[] = [];
    for (const subject of options.subjects) {
      const label = subjectLabel(subject.entry.name, subject.params);
      console.error(`profile: ${label} under ${options.runtime.label} ${options.runtime.version}`);
      const spec = cellOf(subject, options, listener);
      const limits = { timeoutMs: options.timeoutMs, signal };
      const cell = await profileCell(options.runtime, spec, options.sampleMs, limits);
      if (cell === null) return interrupted(interrupt.exitCode());
      cells.push({ label, ...cell });
    }
    const description = describeProfile(options);
    const files = writeProfiles(folder, cells, description);
    console.log([description.cell, ...description.notes].join("\n"));
    console.log(profileSummary(cells));
    console.log(`\nflame graph: ${join(folder, files[0])}`);
    console.log(`results: ${folder} (${files.length} files: a page and a .cpuprofile a thread)`);
    return EXIT.ok;
  } finally {
    await listener.stop();
    interrupt.dispose();
  }
});

function interrupted(code: number | null): number {
  if (code === null) throw new Error("the listener has died, so nothing was profiled; try again");
  return code;
}

function cellOf(
  { entry, params }: SubjectChoice,
  { producers, workers, messages, messageBytes, capacity }: ProfileOptions,
  { host, port }: RunningListener,
): CellSpec {
  return cellTask({ name: entry.name, params }, {
    producers,
    workers,
    messages,
    messageBytes,
    capacity,
    listener: { host, port },
    storeBytes: STORE_BYTES,
    runId: `${entry.name} profile`,
  });
}
