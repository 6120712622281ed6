/** The shared words through which explored threads, and the search that steers them, tell each other everything. */
import { SLICE_MS } from "../../primitives/lifecycle.ts";

export const THREADS = 3;
export const MAX_STEPS = 8_000;
/** Added to a thread's number in a schedule: time ends its wait, or it ends its spin by itself. */
export const BY_TIME = 8;
/** Added to a thread's number in a schedule: it dies, before its next operation. */
export const DIES = 16;
/** More looks in a row than any spin makes that ends. */
export const MOST_LOOKS = 4_000;
export const SLOTS = 8;
export const SLICE_US = SLICE_MS * 1_000;

export const KINDS = [
  ...["start", "load", "store", "add", "sub", "exchange", "compareExchange", "notify", "wait"],
  ...["woken", "timed-out", "event", "read", "write", "hold", "waitAsync", "dies", "learns"],
] as const;
export type Kind = (typeof KINDS)[number];

export const OUTCOMES = ["running", "ended", "deadlock", "lost wake-up", "endless", "diverged"];

// Words of the control block.
export const OUTCOME = 0;
export const LOG_LENGTH = 1;
export const STEPS = 2;
export const PREFIX_LENGTH = 3;
export const LAST = 4;
export const RESTING = 5;
export const POISON = 6;
export const WRITES = 7;
export const SEQUENCE = 8;
export const TEXT_LENGTH = 9;
/** Not 0 if a wait may end by its slice. */
export const SLICES = 10;
/** Not 0 if a producer may die. */
export const MORTAL = 11;
/** The producer that has died, or 0. */
export const LOST = 12;
/** Added to a producer's number: how many messages its `send` has returned for. */
export const RETURNED = 12;
const THREAD = 16;
const THREAD_WORDS = 8 + SLOTS * 3;
// Words of a thread.
export const GO = 0;
export const STATE = 1;
export const TIMED_US = 2;
export const SPIN = 3;
export const READY = 4;
export const KIND = 5;
/** Not 0 if the time of its wait is over, because another wait has lasted as long. */
export const OVERDUE = 6;
export const SLOT = 8;
// Words of a slot, in which a thread waits for a word.
export const SLOT_STATE = 0;
export const SLOT_AT = 1;
export const SLOT_ORDER = 2;
export const WAITING = 1;
export const NOTIFIED = 2;
// Values of a thread's state.
export const STOPPED = 0;
export const BLOCKED = 1;
export const DONE = 2;

export const PREFIX = THREAD + THREADS * THREAD_WORDS;
export const LOG = PREFIX + MAX_STEPS;
export const ENTRY = 8;
export const LOG_ENTRIES = 8 * MAX_STEPS;
export const PROMOTED = LOG + LOG_ENTRIES * ENTRY;
/** Bytes of explored memory that may be watched, in all buffers together. */
const ADDRESSES = 1 << 16;
export const TEXT = PROMOTED + ADDRESSES / 32;
const TEXT_WORDS = 256;
/** Added to a message's byte: how often the message was dropped. */
export const DROPPED = TEXT + TEXT_WORDS;
export const CONTROL_WORDS = DROPPED + 64;
/** The explorer's address for a death, which the consumer learns of. */
export const DEATH_ADDRESS = 4;

export function threadAt(thread: number, word: number): number {
  return THREAD + thread * THREAD_WORDS + word;
}
