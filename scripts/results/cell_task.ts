/** What a cell's process is told: built here and nowhere else. */
import type { CellSpec } from "../../bench/process/spec.ts";
import { DEFAULT_CAPACITY } from "../../strategies/strategy.ts";
import type { SubjectChoice } from "./subjects.ts";

/** What every cell must say; everything else has a default. */
type Given = Pick<
  CellSpec,
  "producers" | "workers" | "messages" | "listener" | "storeBytes" | "runId"
>;

export function cellTask(
  { name, params }: { name: SubjectChoice["entry"]["name"]; params: CellSpec["params"] },
  given: Given & Partial<CellSpec>,
): CellSpec {
  return {
    messageBytes: 1,
    runTimeUs: null,
    turn: 0,
    pace: null,
    reading: null,
    capacity: DEFAULT_CAPACITY,
    seed: 1,
    task: "measure",
    ...given,
    subject: name,
    params,
  };
}
