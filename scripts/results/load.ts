/**
 * How much the producers of a cell have to do. At full load each sends as fast as the hand-off takes it; in an open loop
 * messages are due at a rate that does not ask whether anybody keeps up.
 */
import type { Spacing } from "../../bench/latency/arrivals.ts";
import type { SlowReading } from "../../bench/wire/slow_reader.ts";
import { LEAST_MESSAGES } from "../../bench/process/budget.ts";
import { FULL_LOAD } from "./labels.ts";

export type OpenLoad =
  /** A share of what the cell itself can do at full load, or of what the slowest of those can that are compared. */
  & ({ share: number; of: "own" | "slowest" } | { ratePerS: number })
  & { spacing: Spacing; consumerWorkUs: number; reading: SlowReading | null };

/** As the column says it. @param load null: full load */
export function loadTitle(load: OpenLoad | null): string {
  if (load === null) return FULL_LOAD;
  const rest = (load.spacing === "exponential" ? "" : ` ${load.spacing}`) +
    workTitle(load.consumerWorkUs) + readingTitle(load.reading);
  if ("ratePerS" in load) return `${load.ratePerS}/s${rest}`;
  return `${Number((load.share * 100).toPrecision(6))}%${
    load.of === "own" ? "" : " of the slowest"
  }${rest}`;
}

function workTitle(us: number): string {
  return us === 0 ? "" : `, consumer works ${us} us on each run`;
}

/** `, stalled 200 of 1000 ms`, `, read at 50000000 bytes/s`. */
function readingTitle(reading: SlowReading | null): string {
  if (reading === null) return "";
  const { stall, bytesPerS } = reading;
  return (stall === null ? "" : `, stalled ${stall.forMs} of ${stall.everyMs} ms`) +
    (bytesPerS === null ? "" : `, read at ${bytesPerS} bytes/s`);
}

/** What column `load` says of how slowly the listener reads; null where it says nothing of it. */
export function readingOf(load: string | null): SlowReading | null {
  const [, forMs, everyMs] = /, stalled ([\d.]+) of ([\d.]+) ms(?=,|$)/.exec(load ?? "") ?? [];
  const bytesPerS = /, read at (\d+) bytes\/s$/.exec(load ?? "")?.[1];
  if (forMs === undefined && bytesPerS === undefined) return null;
  return {
    stall: forMs === undefined ? null : { forMs: Number(forMs), everyMs: Number(everyMs) },
    bytesPerS: bytesPerS === undefined ? null : Number(bytesPerS),
  };
}

/** What column `load` says beside the rate: `even, stalled 200 of 1000 ms`; empty where it says nothing. */
export function besideRate(load: string | null): string {
  return (load ?? "").replace(/^[\d.]+(%( of the slowest)?|\/s),? ?/, "");
}

/** What an open loop needs to know of a cell. */
interface Loaded {
  load: OpenLoad | null;
  subject: string;
  producers: number;
  workers: number;
  messageBytes: number;
  mostMessages: number;
  /** What a run is to take, ms. */
  openMs: number;
}

export interface Chosen {
  ratePerS: number;
  /** A producer. */
  messages: number;
}

/**
 * The rate of each cell and the messages that make its run as long as it is to be.
 * @param capacity messages/s at full load, of each cell whose pilot had a good run
 */
export function chosenRates<Cell extends Loaded>(
  cells: readonly Cell[],
  capacity: ReadonlyMap<Cell, number>,
): Map<Cell, Chosen> {
  const chosen = new Map<Cell, Chosen>();
  for (const same of Map.groupBy(cells, placeOf).values()) {
    // `empty` sends nothing, so it is as fast as anybody likes.
    const capacities = same.filter(({ subject }) => subject !== "empty")
      .flatMap((cell) => capacity.get(cell) ?? []);
    for (const cell of same) {
      const rate = rateOf(cell, capacity.get(cell), Math.min(...capacities));
      if (rate === null) continue;
      const messages = Math.round(rate * cell.openMs / 1_000 / cell.producers);
      chosen.set(cell, {
        ratePerS: rate,
        messages: Math.min(cell.mostMessages, Math.max(LEAST_MESSAGES, messages)),
      });
    }
  }
  return chosen;
}

/** To three digits, which is more than a pilot knows. */
function rateOf({ load }: Loaded, own: number | undefined, slowest: number): number | null {
  if (load === null) return null;
  if ("ratePerS" in load) return load.ratePerS;
  const capacity = load.of === "own" ? own ?? NaN : slowest;
  return Number.isFinite(capacity) ? Number((load.share * capacity).toPrecision(3)) : null;
}

/** Cells of one load that are compared. */
function placeOf({ load, producers, workers, messageBytes }: Loaded): string {
  return JSON.stringify([loadTitle(load), producers, workers, messageBytes]);
}
