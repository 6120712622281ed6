/**
 * The resident memory of a process over time. The launcher looks at it from outside, as it does for `--memory-limit`:
 * a thread that is measured would stop for tens of microseconds each time.
 */
import type { CellEvent } from "../../bench/process/spec.ts";

export class MemoryWatch {
  readonly #looks: { epochMs: number; bytes: number }[] = [];

  /** @param bytes now */
  add(bytes: number, epochMs = performance.timeOrigin + performance.now()): void {
    this.#looks.push({ epochMs, bytes });
  }

  /** The same events, in which each moment of a backlog has what was seen last by then; null before the first look. */
  told(events: readonly CellEvent[]): CellEvent[] {
    return events.map((event) => {
      const backlog = event.type === "run" ? event.waits?.backlog ?? null : null;
      if (backlog === null || event.type !== "run") return event;
      const series = backlog.series.map((point) => ({
        ...point,
        residentBytes: this.#lastAt(backlog.startEpochMs + point.ms),
      }));
      return { ...event, waits: { ...event.waits!, backlog: { ...backlog, series } } };
    });
  }

  #lastAt(now: number): number | null {
    return this.#looks.findLast(({ epochMs }) => epochMs <= now)?.bytes ?? null;
  }
}
