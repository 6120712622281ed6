/** How rows are called where people read them. */
import { DEFAULT_CAPACITY } from "../../strategies/strategy.ts";
import { subjectLabel } from "./subjects.ts";
import type { Sample, Summary } from "./columns.ts";

/** `channel:drain=each` of a row. */
export function labelOf(row: Pick<Summary | Sample, "strategy" | "params">): string {
  return subjectLabel(row.strategy!, paramsOf(row.params));
}

function paramsOf(text: string | null): Record<string, string> {
  return Object.fromEntries(
    (text ?? "").split(";").filter((pair) => pair.includes("=")).map((pair) => pair.split("=")),
  );
}

/** Everything but P that a group of rows has in common. */
export function settingTitle(
  row: Pick<Summary, "machine" | "workers" | "message_bytes" | "turn" | "sink" | "capacity_bytes">,
): string {
  const turn = row.turn === 0 ? "" : `, turn ${row.turn}`;
  const machine = row.machine === null ? "" : `, machine ${row.machine}`;
  const sink = row.sink === "none" ? ", no socket" : "";
  const capacity = row.capacity_bytes === DEFAULT_CAPACITY
    ? ""
    : `, capacity ${row.capacity_bytes} bytes`;
  return `${row.workers} Workers, ${row.message_bytes}-byte messages${turn}${sink}${capacity}${machine}`;
}

/** The same string for rows that may stand in one table: the same machine, W, S, sink, turn and capacity. */
export function settingOf(
  row: Pick<Summary, "machine" | "workers" | "message_bytes" | "turn" | "sink" | "capacity_bytes">,
): string {
  return [row.machine, row.workers, row.message_bytes, row.sink, row.turn, row.capacity_bytes].join(
    "|",
  );
}
