/**
 * The resident memory of a process over time. The launcher reads it from outside, as for `--memory-limit`, because a
 * measured thread that read it would stop for tens of microseconds each time.
 */
import type { CellEvent } from "../../bench/process/spec.ts";

export class MemoryWatch {
  readonly #looks: { epochMs: number; bytes: number }[] = [];

  /** @param bytes resident memory at that moment */
  add(bytes: number, epochMs = performance.timeOrigin + performance.now()): void {
    this.#looks.push({ epochMs, bytes });
  }

  /**
   * The same events, with the memory that was read last before each moment of a backlog; null before the first reading.
   */
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
