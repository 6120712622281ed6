/** What is to be run: every combination that was asked for, as cells, and their order in each round. */
import { LEAST_MESSAGES, measuredRuns } from "../../bench/process/budget.ts";
import type { SubjectEntry } from "../../bench/subjects/registry.ts";
import type { Workload } from "../../bench/workload/lines.ts";
import { random, shuffled } from "../../bench/workload/random.ts";
import type { Params } from "../../strategies/strategy.ts";
import { applying } from "../cli/applying.ts";
import type { Client } from "../processes/clients.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { lackOf, subjectsUnder } from "./client_arms.ts";
import { loadTitle, type OpenLoad } from "./load.ts";
import { type MessageSize, sizeTitle } from "./message_size.ts";
import { runTimeUs } from "./run_length.ts";
import { type SubjectChoice, subjectLabel } from "./subjects.ts";

/** `tcp`: to the listener. `none`: the consumer keeps and checks the messages, and no socket is used. */
export type Sink = "tcp" | "none";

/** What the cells are made from; there is one cell for every combination. */
export interface PlanOptions {
  subjects: SubjectChoice[];
  producers: number[];
  workers: number[];
  /** How long a run should take, ms. If neither of the next two is given, the pilot chooses the number of messages. */
  runTimeMs: number;
  /** Messages of each producer, or null. */
  messages: number | null;
  /** Messages of all producers together, or null. */
  total: number | null;
  messageSizes: MessageSize[];
  workload: Workload;
  /** µs that a producer works before each message; there are cells for each of these values. */
  workUs: number[];
  turn: number;
  capacity: number;
  storeBytes: number;
  sink: Sink;
  /** Open loops; empty for full load. */
  loads: OpenLoad[];
}

/** Everything that was chosen for a measurement. Two rows of one cell differ only by chance. */
export interface Cell {
  runtime: Runtime | Client;
  subject: string;
  /** What a client calls the subject. */
  arm?: string;
  kind: "blocking" | "async" | "control";
  params: Params;
  producers: number;
  workers: number;
  /** As the column writes it: `20 ms`, `1000 each`, `1000000 in all`. */
  runLength: string;
  /** How long a run should take, µs; null if the number of messages was given. */
  runTimeUs: number | null;
  /** The most runs of that length that a process measures of the cell. */
  measuredRuns: number;
  /** Messages of each producer; null until the pilot has chosen. */
  messages: number | null;
  /** The most messages per producer that the pilot may choose. */
  mostMessages: number;
  /** Size of a message; for lines and mixes, the longest. */
  messageBytes: number;
  /** The shortest; equal to `messageBytes` if all messages have one size. */
  leastBytes: number;
  workload: Workload;
  workUs: number;
  sink: Sink;
  turn: number;
  capacity: number;
  /** Null: full load. */
  load: OpenLoad | null;
  /** How long a run of an open loop should take, ms. */
  openMs: number;
  /** Messages/s in an open loop; null until the pilot has chosen. */
  ratePerS: number | null;
  /** Why it cannot be run, or null. */
  skip: string | null;
}

/** A message's number has 32 bits. */
export const MAX_MESSAGES = 2 ** 32 - 1;
/** All bytes of a control are built before the clock starts. */
const MAX_PREBUILT_BYTES = 2 ** 30;
/** Controls that measure the socket, so they need one. */
const SOCKETS: ReadonlySet<string> = new Set(["socket-bulk", "socket-each", "own-socket"]);

/** How long the pilot of an open loop measures at full load, ms. */
const PILOT_RUN_MS = 10;

export function makePlan(
  options: PlanOptions,
  runtimes: readonly (Runtime | Client)[],
): Cell[] {
  const cells: Cell[] = [];
  for (const { load, size, workUs } of settingsOf(options)) {
    for (const producers of options.producers) {
      const messages = messagesFor(options, producers);
      for (const workers of options.workers) {
        for (const runtime of runtimes) {
          for (const { entry, params, arm } of subjectsUnder(runtime, options.subjects)) {
            const wantedUs = runTimeUs(load === null ? options.runTimeMs : PILOT_RUN_MS, producers);
            const cell: Cell = {
              runtime,
              subject: entry.name,
              ...(arm === undefined ? {} : { arm }),
              kind: entry.kind,
              params,
              producers,
              workers,
              runLength: runLengthOf(options),
              runTimeUs: messages !== null ? null : wantedUs,
              measuredRuns: measuredRuns(options.producers.length, wantedUs),
              messages,
              mostMessages: messages ?? mostMessages(options, producers, size.most),
              messageBytes: size.most,
              leastBytes: size.least,
              workload: options.workload,
              workUs,
              sink: options.sink,
              turn: options.turn,
              capacity: options.capacity,
              load,
              openMs: options.runTimeMs,
              ratePerS: load !== null && "ratePerS" in load ? load.ratePerS : null,
              skip: null,
            };
            if (isPaceable(cell)) cells.push({ ...cell, skip: reasonToSkip(cell, entry) });
          }
        }
      }
    }
  }
  return cells;
}

function settingsOf({ loads, messageSizes, workUs }: PlanOptions) {
  return (loads.length === 0 ? [null] : loads).flatMap((load) =>
    messageSizes.flatMap((size) => workUs.map((workUs) => ({ load, size, workUs })))
  );
}

/**
 * Controls have no open loop, except for `empty`, and even that has no throughput of its own from which a rate could
 * follow.
 */
function isPaceable({ load, kind, subject }: Cell): boolean {
  if (load === null || kind !== "control") return true;
  return subject === "empty" && !("of" in load && load.of === "own");
}

function runLengthOf({ messages, total, runTimeMs }: PlanOptions): string {
  if (messages !== null) return `${messages} each`;
  return total === null ? `${runTimeMs} ms` : `${total} in all`;
}

/** Messages of each producer; null if the pilot chooses. */
function messagesFor({ messages, total }: PlanOptions, producers: number): number | null {
  return messages ?? (total === null ? null : Math.floor(total / producers));
}

/**
 * The most messages per producer with which a run fits the listener's store, so that every cell is checked after the
 * clock.
 */
function mostMessages({ storeBytes }: PlanOptions, producers: number, messageBytes: number) {
  const bytes = Math.min(storeBytes, MAX_PREBUILT_BYTES);
  const fitting = Math.floor(bytes / (producers * messageBytes));
  return Math.min(MAX_MESSAGES, Math.max(LEAST_MESSAGES, fitting));
}

function reasonToSkip(cell: Cell, entry: SubjectEntry): string | null {
  const { runtime, workload, producers, messageBytes, capacity, kind, subject, turn } = cell;
  const messages = cell.messages ?? LEAST_MESSAGES;
  const lack = runtime.kind === "client"
    ? lackOf(runtime, cell)
    : entry.lack?.({ runtime: runtime.kind, workload, isPaced: cell.load !== null }) ?? null;
  const { least, largest } = entry.capacityRange(Math.min(producers, cell.workers), messageBytes);
  const size = sizeTitle({ least: cell.leastBytes, most: messageBytes });
  const isBuilt = kind === "control" && subject !== "empty" && subject !== "own-socket";
  const [first] = applying(
    lack !== null && lack,
    cell.sink === "none" && SOCKETS.has(subject) &&
      "it measures the socket, and --sink none has none",
    subject === "own-socket" && turn > 0 &&
      "its Workers send each producer's messages to their end, whatever --turn says",
    kind === "async" && turn > 0 &&
      "--turn is for producers that block: those of an async strategy are all in flight at once",
    messages === 0 && `${producers} producers have less than a message each`,
    messages > MAX_MESSAGES &&
      `${messages} messages per producer are more than the ${MAX_MESSAGES} that a message's number can tell apart`,
    (capacity < least || capacity > largest) &&
      `with ${size}-byte messages it takes a --capacity from ${least} to ${largest}, not ${capacity}`,
    isBuilt && producers * messages * messageBytes > MAX_PREBUILT_BYTES &&
      "the run is too large to be built before the clock",
  );
  return first ?? null;
}

/** The same string for cells that differ only in P and load, which one process measures. */
export function seriesOf(cell: Cell): string {
  const { runtime, subject, params, workers, messageBytes, leastBytes, workUs } = cell;
  return JSON.stringify([
    ...[runtime.label, subject, params, workers],
    ...[messageBytes, leastBytes, workUs],
  ]);
}

/**
 * The cells in the order of a round: the series are shuffled, and the P within each. The same seed gives the same
 * order.
 */
export function roundOrder(cells: readonly Cell[], seed: number, round: number): Cell[] {
  const next = random(seed + round * 0x9e3779b1);
  const series = Map.groupBy(cells, seriesOf);
  return shuffled([...series.values()], next).flatMap((axis) => shuffled(axis, next));
}

export function cellLabel(cell: Cell): string {
  const load = cell.load === null ? "" : ` at ${loadTitle(cell.load)}`;
  return `${cell.runtime.label} ${
    subjectLabel(cell.subject, cell.params)
  } P=${cell.producers}${load}`;
}
