/**
 * How much the producers of a cell have to do. At full load each sends as fast as the hand-off accepts; in an open loop
 * messages are due at a rate that does not depend on whether anybody keeps up.
 */
import type { Spacing } from "../../bench/latency/arrivals.ts";
import type { SlowReading } from "../../bench/wire/slow_reader.ts";
import { LEAST_MESSAGES } from "../../bench/process/budget.ts";
import { FULL_LOAD } from "./labels.ts";

export type OpenLoad =
  /** A share of the cell's own throughput at full load, or of that of the slowest cell that it is compared with. */
  & ({ share: number; of: "own" | "slowest" } | { ratePerS: number })
  & { spacing: Spacing; consumerWorkUs: number; reading: SlowReading | null };

/** The text of the column `load`. @param load null: full load */
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
  return us === 0 ? "" : `, consumer works ${us} us on each batch`;
}

/** How slowly the listener reads: `, stalled 200 of 1000 ms`, `, read at 50000000 bytes/s`; empty at full speed. */
function readingTitle(reading: SlowReading | null): string {
  if (reading === null) return "";
  const { stall, bytesPerS } = reading;
  return (stall === null ? "" : `, stalled ${stall.forMs} of ${stall.everyMs} ms`) +
    (bytesPerS === null ? "" : `, read at ${bytesPerS} bytes/s`);
}

/** What the column `load` says about how slowly the listener reads; null if it says nothing about that. */
export function readingOf(load: string | null): SlowReading | null {
  const [, forMs, everyMs] = /, stalled ([\d.]+) of ([\d.]+) ms(?=,|$)/.exec(load ?? "") ?? [];
  const bytesPerS = /, read at (\d+) bytes\/s$/.exec(load ?? "")?.[1];
  if (forMs === undefined && bytesPerS === undefined) return null;
  return {
    stall: forMs === undefined ? null : { forMs: Number(forMs), everyMs: Number(everyMs) },
    bytesPerS: bytesPerS === undefined ? null : Number(bytesPerS),
  };
}

/** What the column `load` says apart from the rate, such as `even, stalled 200 of 1000 ms`; empty if nothing. */
export function besideRate(load: string | null): string {
  return (load ?? "").replace(/^[\d.]+(%( of the slowest)?|\/s),? ?/, "");
}

/** What must be known about a cell of an open loop to choose its rate. */
interface Loaded {
  load: OpenLoad | null;
  subject: string;
  producers: number;
  workers: number;
  messageBytes: number;
  mostMessages: number;
  /** How long a run should take, ms. */
  openMs: number;
}

export interface Chosen {
  ratePerS: number;
  /** Messages of each producer. */
  messages: number;
}

/**
 * Chooses the rate of each cell, and the number of messages that makes its run as long as wanted.
 * @param fullRates messages/s at full load of each cell whose pilot had a good run
 */
export function chosenRates<Cell extends Loaded>(
  cells: readonly Cell[],
  fullRates: ReadonlyMap<Cell, number>,
): Map<Cell, Chosen> {
  const chosen = new Map<Cell, Chosen>();
  for (const same of Map.groupBy(cells, placeOf).values()) {
    // `empty` sends nothing, so no rate is too high for it.
    const compared = same.filter(({ subject }) => subject !== "empty")
      .flatMap((cell) => fullRates.get(cell) ?? []);
    for (const cell of same) {
      const rate = rateOf(cell, fullRates.get(cell), Math.min(...compared));
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

/** The rate in messages/s, with three digits, which is more than a pilot can tell; null if it is not known. */
function rateOf({ load }: Loaded, own: number | undefined, slowest: number): number | null {
  if (load === null) return null;
  if ("ratePerS" in load) return load.ratePerS;
  const perS = load.of === "own" ? own ?? NaN : slowest;
  return Number.isFinite(perS) ? Number((load.share * perS).toPrecision(3)) : null;
}

/** The same string for cells of one load that are compared. */
function placeOf({ load, producers, workers, messageBytes }: Loaded): string {
  return JSON.stringify([loadTitle(load), producers, workers, messageBytes]);
}
