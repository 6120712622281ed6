/**
 * What the post's numbers consist of: its two arms with their own stopping rules, beside the same hand-offs with every
 * message delivered. This is a demonstration, not a comparison, so it writes no samples.
 */
import { availableParallelism } from "node:os";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { count, list, timeSpan } from "./cli/values.ts";
import {
  type AsPublishedOptions,
  runRounds,
  runStalls,
  type Setup,
  STORE_BYTES,
} from "./as_published/arms.ts";
import { AsPublishedFile, emptyResult, failuresOf } from "./as_published/result_file.ts";
import { startBothListeners } from "./as_published/echo_process.ts";
import { watchInterrupts } from "./cli/interrupt.ts";
import { findRuntimes } from "./processes/runtimes.ts";
import { printAsPublished } from "./as_published/table.ts";
import { openProgress } from "./cli/progress.ts";

/** The most messages of a run; the arms hold all of them in shared memory, 8 bytes each. */
const MAX_TOTAL = 2 ** 24;

await runMain("as-published", async () => {
  const options = readOptions();
  const { runtimes, missing } = findRuntimes(options.runtimes);
  for (const line of missing) console.error(`as-published: ${line}; left out`);
  const interrupt = watchInterrupts();
  const listeners = await startBothListeners(options.listenerRuntime, STORE_BYTES);
  const progress = openProgress(process.stderr);
  try {
    const result = emptyResult(options, runtimes);
    const file = new AsPublishedFile(options.out, result);
    const setup: Setup = {
      options,
      runtimes,
      ...listeners,
      signal: AbortSignal.any([interrupt.signal, listeners.gone]),
      onProgress: (done, of, what) => progress.update(done, of, what, null),
      onRow: (row) => file.add("rows", row),
      onStall: (row) => file.add("stalls", row),
      onFailure: (line) => file.add("failures", line),
    };
    await runRounds(setup);
    await runStalls(setup);
    progress.stop();

    printAsPublished(result, file.path);
    if (listeners.gone.aborted && interrupt.exitCode() === null) {
      throw new Error("a listener has died, so the rest was not run; what was measured is kept");
    }
    return interrupt.exitCode() ?? (failuresOf(result).length > 0 ? EXIT.failed : EXIT.ok);
  } finally {
    progress.stop();
    await listeners.stop();
    interrupt.dispose();
  }
});

function readOptions(): AsPublishedOptions {
  const given = command(
    "as-published",
    "Run the post's two versions with its own stopping rules, beside the same hand-offs with every " +
      "message delivered. The former's times are not measurements of delivery.",
  )
    .option("--runtimes <list>", "as in bench", "deno,bun,node")
    .option(
      "--producers <list>",
      "logical producers (default: 16,256,1024)",
      list([1, MAX_TOTAL], "16,256, or 16..1024"),
    )
    .option(
      "--workers <number>",
      "Worker threads (default: the number of cores)",
      count(1, 128),
    )
    .option("--messages <number>", "one-byte messages per producer", count(1), 1_000)
    .option("--rounds <number>", "processes of each version and hand-off", count(1, 10_000), 5)
    .option("--seed <number>", "order of the processes", count(0, 2 ** 32 - 1), 1)
    .option(
      "--timeout <time>",
      "such as 500ms or 5s: how long the published listener may take for a whole run, all of it " +
        "delivered (default: 5s)",
      timeSpan(1, 3_600_000),
    )
    .option("--listener-runtime <runtime>", "runtime of both listeners", "node")
    .option("--out <folder>", "where the result goes (default: results/as-published-<UTC time>)")
    .parse(process.argv)
    .opts();
  const producers: number[] = given.producers ?? [16, 256, 1_024];
  const largest = Math.max(...producers) * given.messages;
  if (largest > MAX_TOTAL) {
    throw new UsageError(
      `${largest} messages in a run are more than the ${MAX_TOTAL} that fit; lower --producers or --messages`,
    );
  }
  return {
    runtimes: given.runtimes,
    producers,
    workers: given.workers ?? availableParallelism(),
    messages: given.messages,
    rounds: given.rounds,
    seed: given.seed,
    timeoutMs: given.timeout ?? 5_000,
    listenerRuntime: given.listenerRuntime,
    out: given.out ?? null,
  };
}
