/** The task for a cell's process. All tasks are built here. */
import type { CellSpec } from "../../bench/process/spec.ts";
import { DEFAULT_CAPACITY } from "../../strategies/strategy.ts";
import type { SubjectChoice } from "./subjects.ts";

/** What must be given for every cell; everything else has a default. */
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
