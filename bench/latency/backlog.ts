/**
 * What piles up in an open loop, and where. It is computed after the run from times that were kept anyway, so that
 * nothing takes samples during the run.
 *
 *     due → held by its producer → sent → waits in the hand-off → received → not yet read by the listener → read
 */
export interface Backlog {
  /**
   * When the run started, in ms since 1970 by this process's clock, so that what others saw can be put at the right
   * moment.
   */
  startEpochMs: number;
  /** The most bytes that were sent and not yet received. */
  peakBytes: number;
  /** Mean of those bytes over the run. */
  meanBytes: number;
  /**
   * The most bytes that the consumer had received and the listener had not yet read: in a write, or in the system's
   * buffers.
   */
  unreadPeakBytes: number | null;
  /** The most messages that were due and not yet sent when another one was sent: their producers were held up. */
  heldPeak: number;
  /** The course of all of these, in equal steps. */
  series: BacklogPoint[];
}

export interface BacklogPoint {
  /** From the start of the run. */
  ms: number;
  waitingBytes: number;
  unreadBytes: number | null;
  held: number;
  /** Resident memory of the process as the launcher saw it; left out where it did not look. */
  residentBytes?: number | null;
}

/** A count that grows at certain moments (ms). */
export interface Growth {
  ms: ArrayLike<number>;
  /** The count from each of these moments on. */
  total: ArrayLike<number>;
}

const STEPS = 200;
/** Points of every series. */
export const BACKLOG_POINTS = STEPS + 1;

/**
 * @param startEpochMs when the run started
 * @param dueMs when each message was due, ascending @param sentMs when each was sent, ascending
 * @param received bytes, at ascending moments @param read the same at the listener; null without one
 */
export function backlogOf(
  startEpochMs: number,
  dueMs: Float64Array,
  sentMs: Float64Array,
  received: Growth,
  read: Growth | null,
  messageBytes: number,
): Backlog {
  const sent = (ms: number) => countUpTo(sentMs, ms);
  const waitingAt = (ms: number) => Math.max(0, sent(ms) * messageBytes - totalAt(received, ms));
  const unreadAt = (ms: number) =>
    read === null ? null : Math.max(0, totalAt(received, ms) - totalAt(read, ms));
  const heldAt = (ms: number) => Math.max(0, countUpTo(dueMs, ms) - sent(ms));
  let [peakBytes, heldPeak] = [0, 0];
  let unreadPeakBytes = read === null ? null : 0;
  // What waits grows until bytes are received or read, so its peaks lie just before those moments.
  for (let at = 0; at < received.ms.length; at++) {
    const before = at === 0 ? 0 : received.total[at - 1];
    peakBytes = Math.max(peakBytes, sent(received.ms[at]) * messageBytes - before);
  }
  for (let at = 0; read !== null && at < read.ms.length; at++) {
    const before = at === 0 ? 0 : read.total[at - 1];
    unreadPeakBytes = Math.max(unreadPeakBytes!, totalAt(received, read.ms[at]) - before);
  }
  for (let at = 0; at < sentMs.length; at++) {
    heldPeak = Math.max(heldPeak, countUpTo(dueMs, sentMs[at]) - at - 1);
  }
  const endMs = Math.max(
    received.ms[received.ms.length - 1] ?? 0,
    read?.ms[read.ms.length - 1] ?? 0,
  );
  const series = Array.from({ length: BACKLOG_POINTS }, (_, step) => {
    const ms = endMs * step / STEPS;
    return { ms, waitingBytes: waitingAt(ms), unreadBytes: unreadAt(ms), held: heldAt(ms) };
  });
  const meanBytes = series.reduce((sum, point) => sum + point.waitingBytes, 0) / series.length;
  return { startEpochMs, peakBytes, meanBytes, unreadPeakBytes, heldPeak, series };
}

function totalAt({ ms, total }: Growth, now: number): number {
  const count = countUpTo(ms, now);
  return count === 0 ? 0 : total[count - 1];
}

/** How many of the ascending values are at most `value`. */
function countUpTo(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
