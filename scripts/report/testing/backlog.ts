/** Rows of backlog.csv that no machine has measured: a listener that stalls, and what that does to one hand-off. */
import { BACKLOG_POINTS } from "../../../bench/latency/backlog.ts";
import type { BacklogRow } from "../../results/columns.ts";

/** Stalls twice in two seconds. */
export const STALLED = "200000/s, stalled 200 of 1000 ms";
const RUN_MS = 2_000;
const PERIOD_MS = 1_000;
const STALL_MS = 200;
/** Until what has gathered is gone. */
const DRAIN_MS = 60;

/**
 * What waits grows during each stall up to a limit, above which producers are held up, and is gone soon after it.
 * @param peakBytes that limit
 * @param heldPeak messages that are held up at the end of a stall
 */
export function stalledSeries(
  label: string,
  peakBytes: number,
  heldPeak: number,
  more: Partial<BacklogRow> = {},
): BacklogRow[] {
  return Array.from({ length: BACKLOG_POINTS }, (_, at) => {
    const ms = RUN_MS * at / (BACKLOG_POINTS - 1);
    const since = ms % PERIOD_MS - (PERIOD_MS - STALL_MS);
    const drained = ms < PERIOD_MS - STALL_MS ? 1 : Math.min(1, (ms % PERIOD_MS) / DRAIN_MS);
    const share = since > 0 ? since / STALL_MS : 1 - drained;
    return {
      runtime: "node",
      label,
      producers: 16,
      workers: 2,
      message_bytes: 8,
      load: STALLED,
      ms,
      waiting_bytes: Math.round(peakBytes * Math.min(1, 2 * share)),
      unread_bytes: 0,
      held_messages: Math.round(heldPeak * Math.max(0, 2 * share - 1)),
      resident_bytes: null,
      ...more,
    };
  });
}
