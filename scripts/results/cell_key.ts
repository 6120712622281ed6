/** Which cell a row belongs to. Plan, folder and statistics all use this identity. */
import { formatParams } from "../../strategies/params.ts";
import { CELL_COLUMNS, namesOf, type Sample } from "./columns.ts";
import { loadTitle } from "./load.ts";
import { machineFingerprint } from "./machine.ts";
import { sizeTitle } from "./message_size.ts";
import type { Cell } from "./plan.ts";
import { subjectLabel } from "./subjects.ts";

/**
 * Written where a strategy has no parameters, since tools that group by the column might drop rows in which it is
 * empty.
 */
const NO_PARAMS = "none";

/** The columns that say which cell a row belongs to. */
export type CellIdentity = Pick<Sample, keyof typeof CELL_COLUMNS>;

/** The identity of a cell that is measured on this machine. */
export function identityOf(cell: Cell): CellIdentity {
  return {
    machine: machineFingerprint(),
    runtime: cell.runtime.label,
    runtime_kind: cell.runtime.kind,
    runtime_version: cell.runtime.version,
    strategy: cell.subject,
    params: formatParams(cell.params) || NO_PARAMS,
    label: subjectLabel(cell.subject, cell.params),
    producers: cell.producers,
    workers: cell.workers,
    run_length: cell.runLength,
    message_size: sizeTitle({ least: cell.leastBytes, most: cell.messageBytes }),
    message_bytes: cell.messageBytes,
    workload: cell.workload,
    work_us: cell.workUs,
    sink: cell.sink,
    turn: cell.turn,
    capacity_bytes: cell.capacity,
    load: loadTitle(cell.load),
  };
}

/** The same string for two rows of one cell. */
export function cellKey(row: CellIdentity): string {
  return namesOf(CELL_COLUMNS).map((name) => row[name]).join("|");
}
