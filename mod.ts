/**
 * fanin: hand messages of many producers on many threads to one consumer. The strategies that the benchmark
 * measures, for programs of your own, under Deno, Bun and Node, without a dependency.
 *
 * ```ts
 * // main.ts
 * import { Worker } from "node:worker_threads";
 * import { openFanIn } from "./mod.ts";
 *
 * const fan = openFanIn("swap-buffer", { producers: 2, workers: 2 });
 * for (const [w, ticket] of fan.tickets.entries()) {
 *   const options = { workerData: ticket, transferList: fan.transfers[w] };
 *   fan.attach(w, new Worker(new URL("./worker.ts", import.meta.url), options));
 * }
 * await fan.pipeTo(process.stdout);
 *
 * // worker.ts
 * import { workerData } from "node:worker_threads";
 * import { joinBlocking } from "./mod.ts";
 *
 * const producer = joinBlocking(workerData);
 * const encoder = new TextEncoder();
 * for (let line = 0; line < 100_000; line++) {
 *   producer.send(encoder.encode(`worker ${workerData.worker} line ${line}\n`));
 * }
 * producer.close();
 * ```
 *
 * A batch that `fan.consumer` gives is valid until the next one is asked for; `pipeTo` awaits each write, and so must
 * `for await (const batch of fan.consumer) await write(batch)`. `attach` lets a Worker that dies end the stream with an
 * error that names it.
 *
 * `examples/log_collector.ts` is that as a whole program.
 */
import { parseParams } from "./strategies/params.ts";
import { findStrategy, STRATEGIES } from "./strategies/registry.ts";
import { DEFAULT_CAPACITY, MAX_MESSAGE_BYTES } from "./strategies/strategy.ts";
import type { OnLost } from "./strategies/primitives/lost_workers.ts";
import type {
  AsyncProducer,
  BlockingProducer,
  Handoff,
  OnDropped,
  Strategy,
  Ticket,
} from "./strategies/strategy.ts";

export { HandoffAborted } from "./strategies/primitives/lifecycle.ts";
export { type OnLost, WorkerLost } from "./strategies/primitives/lost_workers.ts";
export type { PipeOptions } from "./strategies/primitives/pipe.ts";
export { MAX_MESSAGE_BYTES } from "./strategies/strategy.ts";
export type {
  AsyncProducer,
  BlockingProducer,
  CapacityRange,
  Consumer,
  Handoff,
  OnDropped,
  Ticket,
} from "./strategies/strategy.ts";

/** Far above what any machine runs; what counts them is 32 bits wide. */
const MAX_PRODUCERS = 2 ** 30;
const MAX_WORKERS = 4_096;

/** What to open a fan-in with. */
export interface FanInOptions {
  /**
   * Logical producers: on each Worker (`[3, 1]`), or a number that is dealt out alike. Each calls `close` once,
   * and the last one ends the stream.
   */
  producers: number | readonly number[];
  /** Threads that they live on: as many tickets are made. */
  workers: number;
  /**
   * Payload that may wait between producers and consumer, in bytes (default 4 MiB). Full means back-pressure.
   * `strategies()` says what each one takes.
   */
  capacity?: number;
  /** The size that most messages have, in bytes (default 64): a hint for how strategies lay out their memory. */
  messageBytes?: number;
  /** Parameters of the strategy, such as `{ drain: "batch" }`; what is left out takes its default. */
  params?: Record<string, string | number>;
  /**
   * What happens when a Worker that `attach` watches dies with producers open. `fail` (the default): what it had
   * published is received, then `receive` throws `WorkerLost`. `close`: the stream goes on without it.
   */
  onLost?: OnLost;
}

/** A strategy as `strategies()` describes it. */
export type StrategyInfo = Pick<
  Strategy,
  "name" | "kind" | "summary" | "params" | "capacityRange"
>;

/** The strategies there are: name, kind, one line, parameters with their values and defaults. */
export function strategies(): StrategyInfo[] {
  return STRATEGIES.map(({ name, kind, summary, params, capacityRange }) => ({
    name,
    kind,
    summary,
    params,
    capacityRange,
  }));
}

/**
 * Open a fan-in on the consumer's thread. Allocates all of its shared memory at once; how much does not
 * depend on the number of producers.
 * @throws {RangeError} for an unknown strategy or parameter, or a number out of range
 */
export function openFanIn(strategy: string, options: FanInOptions): Handoff {
  const chosen = known(strategy);
  const {
    producers,
    workers,
    capacity = DEFAULT_CAPACITY,
    messageBytes = 64,
    params = {},
    onLost = "fail",
  } = options;
  requireWhole("workers", workers, 1, MAX_WORKERS);
  requireProducers(producers, workers);
  requireWhole("messageBytes", messageBytes, 1, MAX_MESSAGE_BYTES);
  const { least, largest } = chosen.capacityRange(workers, messageBytes);
  requireWhole(
    `the capacity of ${strategy} with ${messageBytes}-byte messages`,
    capacity,
    least,
    largest,
  );
  if (onLost !== "fail" && onLost !== "close") {
    throw new RangeError(`onLost is "fail" or "close", not "${onLost}"`);
  }
  return chosen.open({
    producers,
    workers,
    capacity,
    messageBytes,
    params: parseParams(chosen, params),
    onLost,
  });
}

/**
 * The producers' end of a blocking strategy. Once a thread, on a thread that may block: a Worker.
 * @param onDropped told what is dropped; needed where the hand-off has a parameter `overflow` other than `block`
 * @throws {RangeError} when the ticket is of an async strategy, or `onDropped` is needed and left out
 */
export function joinBlocking(ticket: Ticket, onDropped?: OnDropped): BlockingProducer {
  const strategy = known(ticket.strategy);
  if (strategy.kind === "blocking") return strategy.join(ticket, onDropped);
  throw new RangeError(`${strategy.name} is an async strategy; use joinAsync`);
}

/**
 * The producers' end of an async strategy. Once a thread; it never blocks the thread.
 * @throws {RangeError} when the ticket is of a blocking strategy
 */
export function joinAsync(ticket: Ticket): AsyncProducer {
  const strategy = known(ticket.strategy);
  if (strategy.kind === "async") return strategy.join(ticket);
  throw new RangeError(`${strategy.name} is a blocking strategy; use joinBlocking`);
}

function known(name: string): Strategy {
  const strategy = findStrategy(name);
  if (strategy !== undefined) return strategy;
  const names = STRATEGIES.map((other) => other.name).join(", ");
  throw new RangeError(`there is no strategy "${name}"; there are ${names}`);
}

function requireWhole(name: string, value: number, least: number, largest: number): void {
  if (Number.isInteger(value) && value >= least && value <= largest) return;
  throw new RangeError(`${name} must be a whole number from ${least} to ${largest}, not ${value}`);
}

function requireProducers(producers: number | readonly number[], workers: number): void {
  if (typeof producers === "number") return requireWhole("producers", producers, 1, MAX_PRODUCERS);
  if (producers.length !== workers) {
    throw new RangeError(
      `producers has ${producers.length} counts for ${workers} Workers; give one for each`,
    );
  }
  for (const count of producers) {
    requireWhole("the number of producers of a Worker", count, 0, MAX_PRODUCERS);
  }
  const sum = producers.reduce((all, count) => all + count, 0);
  requireWhole("the number of producers in all", sum, 1, MAX_PRODUCERS);
}
