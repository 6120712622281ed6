/** Cells without a figure, in words; a cell that failed the same way in several processes is one line. */
import type { ChartCell, Setting } from "./chart_data.ts";

/** Failed ones first, then the skipped. */
export function failureLines({ cells }: Setting): string[] {
  const lines = cells.filter((cell) => cell.status !== "ok").sort((a, b) =>
    Number(a.status === "skipped") - Number(b.status === "skipped")
  );
  return lines.map((cell) => {
    const why = cell.detail === null ? "" : `, ${cell.detail}`;
    return `${cell.runtime} ${cell.label} at ${
      cell.producers.toLocaleString("en-US")
    } producers: ` +
      `${cell.status}${why}${times(cell)}`;
  });
}

function times({ processes, status }: ChartCell): string {
  const bad = processes.filter((process) => process.status === status).length;
  return processes.length > 1 ? ` (${bad} of ${processes.length} processes)` : "";
}
