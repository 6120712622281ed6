/**
 * How long each message of an open loop waited, computed when the clock has stopped: the stream says where each message
 * ended, the stamps say when that was received, and the pace says when it was due.
 *
 * Waits count from the due time, as in wrk2 (Gil Tene, 2012): a producer that was held up sends its next messages late,
 * and whoever wanted them sent has waited meanwhile. Most benchmarks count from the sending, which leaves that time out
 * ("coordinated omission").
 */
import type { Stamp } from "../wire/protocol.ts";
import type { Content } from "../workload/messages.ts";
import { keysOf } from "../workload/messages.ts";
import { type Backlog, backlogOf, type Growth } from "./backlog.ts";
import { dueTimes, type Pace } from "./arrivals.ts";
import type { Stamps } from "./stamps.ts";

/** Waits in µs; exact, over all messages of a run. */
export interface Percentiles {
  p50: number;
  p90: number;
  /** Null for fewer than 100 messages. */
  p99: number | null;
  /** Null for fewer than 1,000 messages. */
  p999: number | null;
  max: number;
}

/** How many messages waited how many µs, ascending, to three significant digits. */
export type Counts = [us: number, count: number][];

export interface Waits {
  /** From the due time until the consumer received it; null where nothing was sent. */
  handOff: Percentiles | null;
  /** From the sending until the consumer received it. */
  uncorrected: Percentiles | null;
  /** From the due time until the listener read it; null without a listener. */
  endToEnd: Percentiles | null;
  /** From the due time until it was sent. */
  late: Percentiles;
  clockErrorUs: number;
  endClockErrorUs: number | null;
  counts: { handOff: Counts; endToEnd: Counts };
  /** Null where nothing was sent. */
  backlog: Backlog | null;
}

/** What the receiving end knows about a run. */
export interface Arrivals {
  /** The first eight bytes of each message, in the order of the stream. */
  names: Uint8Array;
  /** Which bytes the listener had read when; null where there is no listener. */
  read: { stamps: readonly Stamp[]; clock: ClockOffset } | null;
}

/** Add this (ms) to the consumer's clock to get the listener's, to within the error. */
export interface ClockOffset {
  offsetMs: number;
  errorMs: number;
}

export interface RunTimes {
  producers: number;
  content: Content;
  pace: Pace;
  messageBytes: number;
  /** When the run started, by the consumer's clock (ms). */
  startMs: number;
  /** Error to which the clocks of the consumer and the Workers are compared. */
  clockErrorMs: number;
  /** When each message was sent, in ms from the start, at producer × messages + number. */
  sentMs: Float64Array;
  received: Stamps;
}

/** @throws {Error} where a clock was set back, or the times of some messages are not known */
export function waitsOf(run: RunTimes, arrivals: Arrivals): Waits {
  const { producers, content, pace, messageBytes, startMs, sentMs, received } = run;
  const { messages } = pace;
  const isSent = received.count > 0;
  const dueMs = new Float64Array(producers * messages);
  for (let producer = 0; producer < producers; producer++) {
    dueMs.set(dueTimes(producer, producers, pace), producer * messages);
  }
  const late = sentMs.subarray(0, dueMs.length).map((ms, at) => (ms - dueMs[at]) * 1_000);
  const places = placesOf(arrivals.names, content, messages);
  const count = places.length;
  if (isSent && count !== dueMs.length) {
    throw new Error("the listener did not keep the run whole, so its waits are not known");
  }
  const handOff = new Float64Array(count);
  const uncorrected = new Float64Array(count);
  const wholeBytes = count * messageBytes;
  const receipt = growthOf(
    received.count,
    (at) => received.msAt(at) - startMs,
    (at) => received.bytesAt(at),
  );
  const receivedAt = ascending(receipt, wholeBytes);
  for (let at = 0; at < count; at++) {
    const ms = receivedAt((at + 1) * messageBytes);
    handOff[at] = (ms - dueMs[places[at]]) * 1_000;
    uncorrected[at] = (ms - sentMs[places[at]]) * 1_000;
  }
  const reading = arrivals.read === null ? null : readingOf(arrivals.read, startMs);
  const readAt = reading === null ? null : ascending(reading, wholeBytes);
  const endToEnd = readAt === null ? null : Float64Array.from(
    places,
    (place, at) => (readAt((at + 1) * messageBytes) - dueMs[place]) * 1_000,
  );
  for (const waits of [handOff, uncorrected, endToEnd, late]) waits?.sort();
  return {
    handOff: percentiles(handOff),
    uncorrected: percentiles(uncorrected),
    endToEnd: endToEnd === null ? null : percentiles(endToEnd),
    late: percentiles(late)!,
    clockErrorUs: run.clockErrorMs * 1_000,
    endClockErrorUs: arrivals.read === null
      ? null
      : (run.clockErrorMs + arrivals.read.clock.errorMs) * 1_000,
    counts: { handOff: countsOf(handOff), endToEnd: countsOf(endToEnd ?? new Float64Array(0)) },
    backlog: count === 0 ? null : backlogOf(
      performance.timeOrigin + startMs,
      dueMs.slice().sort(),
      sentMs.slice(0, dueMs.length).sort(),
      receipt,
      reading,
      messageBytes,
    ),
  };
}

/** How much the listener had read at which moment, in ms from the start of the run by the consumer's clock. */
function readingOf({ stamps, clock }: NonNullable<Arrivals["read"]>, startMs: number): Growth {
  return growthOf(
    stamps.length,
    (at) => Number(stamps[at].ns) / 1e6 - clock.offsetMs - startMs,
    (at) => stamps[at].bytes,
  );
}

function growthOf(
  length: number,
  ms: (at: number) => number,
  total: (at: number) => number,
): Growth {
  return {
    ms: Float64Array.from({ length }, (_, at) => ms(at)),
    total: Float64Array.from({ length }, (_, at) => total(at)),
  };
}

/** The index of each message of the stream among all messages: producer × messages + number. */
function placesOf(names: Uint8Array, content: Content, messages: number): Uint32Array {
  const [producerKey, sequenceKey] = keysOf(content);
  const view = new DataView(names.buffer, names.byteOffset, names.byteLength);
  return Uint32Array.from(
    { length: names.length / 8 },
    (_, at) =>
      ((view.getUint32(8 * at, true) ^ producerKey) >>> 0) * messages +
      ((view.getUint32(8 * at + 4, true) ^ sequenceKey) >>> 0),
  );
}

/** A function that tells when so many bytes had come; the numbers must ascend from call to call. */
function ascending({ ms, total }: Growth, wholeBytes: number): (bytes: number) => number {
  const last = ms.length - 1;
  for (let at = 1; at <= last; at++) {
    if (ms[at] < ms[at - 1]) throw new Error("a clock has stepped back during the run");
  }
  if (last >= 0 && total[last] < wholeBytes) {
    throw new Error("not every message's arrival was stamped, so its waits are not known");
  }
  let at = 0;
  return (bytes) => {
    while (at < last && total[at] < bytes) at++;
    return ms[at];
  };
}

/** @param sorted ascending */
function percentiles(sorted: Float64Array): Percentiles | null {
  const count = sorted.length;
  if (count === 0) return null;
  // The smallest value that this share of all values does not exceed.
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)];
  return {
    p50: at(0.5),
    p90: at(0.9),
    p99: count < 100 ? null : at(0.99),
    p999: count < 1_000 ? null : at(0.999),
    max: sorted[count - 1],
  };
}

/** @param sorted ascending, so that a message has to be rounded only where it differs from the one before */
function countsOf(sorted: Float64Array): Counts {
  const counts: Counts = [];
  let end = -Infinity;
  for (const value of sorted) {
    if (value >= end) {
      const us = Number(Math.max(0, value).toPrecision(3));
      end = us === 0 ? 0 : us + 10 ** (Math.floor(Math.log10(us)) - 2) / 2;
      if (us !== counts.at(-1)?.[0]) counts.push([us, 0]);
    }
    counts.at(-1)![1]++;
  }
  return counts;
}
