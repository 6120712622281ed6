/** Where runtimes can be compared: for each strategy, the largest P at which all of them have a figure. */
import { type ChartCell, hasFigure, type Series, type Setting } from "./chart_data.ts";

export interface Meeting {
  series: Series;
  producers: number;
  /** At most one per runtime; those of a runtime that has none are missing. */
  cells: ChartCell[];
}

/**
 * Fastest strategy first. Where no P has all runtimes, the largest one with the most of them; a strategy without
 * any figure is left out, as is the empty run, which has no messages.
 */
export function meetings(setting: Setting, series: readonly Series[]): Meeting[] {
  const all = series.flatMap((one) => {
    const cells = setting.cells.filter((cell) =>
      cell.label === one.label && hasFigure(cell) && cell.messages_per_s !== null
    );
    const runtimesAt = (producers: number) => cells.filter((cell) => cell.producers === producers);
    const [best] = [...new Set(cells.map((cell) => cell.producers))].sort((a, b) =>
      runtimesAt(b).length - runtimesAt(a).length || b - a
    );
    return best === undefined ? [] : [{ series: one, producers: best, cells: runtimesAt(best) }];
  });
  const fastest = ({ cells }: Meeting) => Math.max(...cells.map((cell) => cell.messages_per_s!));
  return all.sort((a, b) => fastest(b) - fastest(a));
}

/** Messages a second at the ends of the interval: the longest time is the lowest rate. */
export function rateInterval(cell: ChartCell): [number, number] | null {
  if (cell.low_us === null || cell.high_us === null) return null;
  const messages = cell.messages_per_s! * cell.median_us!;
  return [messages / cell.high_us, messages / cell.low_us];
}
