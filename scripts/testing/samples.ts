/** Rows made by hand, for tests that must know every number of a result. */
import { BYTES, FULL_LOAD } from "../results/labels.ts";
import { emptyRow, type Sample, SAMPLE_COLUMNS, SCHEMA } from "../results/columns.ts";

/** A verified run of 10 producers × 100 messages of 8 bytes under Node; a lost one if `elapsed` is null. */
export function madeUpSample(
  strategy: string,
  round: number,
  elapsed: number | null,
  more: Partial<Sample> = {},
): Sample {
  return {
    ...emptyRow(SAMPLE_COLUMNS),
    schema: SCHEMA,
    machine: "00000000",
    session: "s",
    round,
    run: 1,
    runtime: "node",
    runtime_version: "1",
    strategy,
    producers: 10,
    workers: 2,
    messages: 100,
    run_length: "100 each",
    runtime_kind: "node",
    message_size: "8",
    message_bytes: 8,
    workload: BYTES,
    work_us: 0,
    turn: 0,
    capacity_bytes: 1_024,
    load: FULL_LOAD,
    status: elapsed === null ? "lost" : "ok",
    verify: "after",
    elapsed_us: elapsed,
    delivered: 1_000,
    bytes: 8_000,
    writes: 10,
    bytes_per_write: 800,
    cpu_user_us: 1_500,
    cpu_system_us: 500,
    rss_peak_bytes: 100,
    ...more,
  };
}
