/**
 * What piles up in an open loop, and where: computed after the run from the times that it has kept anyway, so that
 * nothing samples while it is on.
 *
 *     due → held by its producer → sent → waits in the hand-off → received → not yet read by the listener → read
 */
export interface Backlog {
  /** When the run started, ms since 1970 by this process's clock: what others have seen of it finds its moment. */
  startEpochMs: number;
  /** Most bytes that were sent and not received. */
  peakBytes: number;
  /** Mean over the run. */
  meanBytes: number;
  /** Most bytes that the consumer had received and the listener not read: in a write, or in the system's buffers. */
  unreadPeakBytes: number | null;
  /** Most messages that were due and not sent while another was: their producers were held up. */
  heldPeak: number;
  /** How all of it went, in equal steps. */
  series: BacklogPoint[];
}

export interface BacklogPoint {
  /** From the start of the run. */
  ms: number;
  waitingBytes: number;
  unreadBytes: number | null;
  held: number;
  /** Of the process, as the launcher saw it; left out where it did not look. */
  residentBytes?: number | null;
}

/** A count that grows from one moment (ms) to the next. */
export interface Growth {
  ms: ArrayLike<number>;
  /** How much there is from that moment on. */
  total: ArrayLike<number>;
}

const STEPS = 200;
/** Of every series. */
export const BACKLOG_POINTS = STEPS + 1;

/**
 * @param startEpochMs when the run started
 * @param dueMs @param sentMs of every message, ascending
 * @param received in bytes; its moments ascend @param read the same; null without a listener
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
  // It grows until bytes are received, or read, so its peaks lie just before those moments.
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

/** How many of ascending values are not above one. */
function countUpTo(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
