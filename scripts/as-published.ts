/**
 * What the post's numbers are made of: its two arms with its own stopping rules, beside the same hand-offs with
 * every message delivered. A demonstration and no comparison: it writes no samples.
 */
import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";
import { command, EXIT, runMain, UsageError, wholeNumber } from "./command.ts";
import {
  type AsPublishedOptions,
  runRounds,
  runStalls,
  type Setup,
  STORE_BYTES,
} from "./launch/as_published.ts";
import { AsPublishedFile, emptyResult, failuresOf } from "./launch/as_published_file.ts";
import { startBothListeners } from "./launch/echo_process.ts";
import { watchInterrupts } from "./launch/interrupt.ts";
import { findRuntimes } from "./launch/runtimes.ts";
import { printAsPublished } from "./print/as_published_table.ts";
import { openProgress } from "./print/progress.ts";

/** Messages of a run: the arms hold all of them in shared memory, 8 bytes each. */
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
    "Run the post's two arms with its own stopping rules, beside the same hand-offs with every " +
      "message delivered. What the former show is not a measurement.",
  )
    .option("--runtimes <list>", "as in bench", "deno,bun,node")
    .option(
      "--producers <list>",
      "logical producers (default: 16,256,1024)",
      producerList,
    )
    .option(
      "--workers <number>",
      "Worker threads (default: the number of cores)",
      wholeNumber(1, 128),
    )
    .option("--messages <number>", "one-byte messages a producer", wholeNumber(1), 1_000)
    .option("--rounds <number>", "processes of each arm", wholeNumber(1, 10_000), 5)
    .option("--seed <number>", "order of the processes", wholeNumber(0, 2 ** 32 - 1), 1)
    .option(
      "--timeout <seconds>",
      "how long the published listener may take for a whole run, all of it delivered",
      seconds,
      5,
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
    timeoutMs: given.timeout * 1_000,
    listenerRuntime: given.listenerRuntime,
    out: given.out ?? null,
  };
}

/** `16,256`, ascending and each once. */
function producerList(text: string): number[] {
  const read = wholeNumber(1, MAX_TOTAL);
  try {
    return [...new Set(text.split(",").map((part) => read(part.trim())))].sort((a, b) => a - b);
  } catch {
    throw new InvalidArgumentError("Give whole numbers from 1 on, such as 16,256.");
  }
}

function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value > 0 && value <= 3_600) return value;
  throw new InvalidArgumentError("Give seconds, more than 0 and up to 3600, such as 5 or 0.5.");
}
