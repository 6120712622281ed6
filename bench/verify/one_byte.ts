/**
 * One-byte messages name no producer, so they are checked as a whole: they must be the exact multiset, and every prefix
 * must be a possible interleaving of P times the run's sequence of values. That holds if no value has ever come more
 * often than the one before it in the sequence; only the first value may be ahead of the last, by up to P. This cannot
 * see a swap between producers that are at the same value; the cell's second pass with groups can (`grouped.ts`).
 */
import { Buffer } from "node:buffer";
import { firstOneByte, ONE_BYTE_VALUES } from "../workload/messages.ts";
import type { RunHeader, Verdict } from "../wire/protocol.ts";
import { verdictOf, type Verifier } from "./verdict.ts";

/**
 * Cycles through all values that are compared at once, where so many come in one piece: a comparison costs more than
 * looking at a few hundred bytes.
 */
const MANY_CYCLES = 256;
/** Factor by which the number of cycles compared at once shrinks or grows. */
const STEP = 4;
/** From any of the first 255 places, this many whole cycles of the sequence follow. */
const CYCLES = Uint8Array.from(
  { length: (MANY_CYCLES + 1) * ONE_BYTE_VALUES },
  (_, at) => at % ONE_BYTE_VALUES,
);

export class OneByteVerifier implements Verifier {
  readonly #header: RunHeader;
  /** Whole cycles that came in one piece; each is counted here instead of as 255 values. */
  #wholeCycles = 0;
  /** How often each value came. */
  readonly #seen = new Float64Array(256);
  /** By how much a value may be ahead of the one before it: P for the first value, 0 for the others. */
  readonly #lead = new Float64Array(256);
  readonly #before = new Uint8Array(256);
  /** The place of each value in the sequence. */
  readonly #place = new Uint8Array(256);
  #delivered = 0;
  #early = 0;
  #detail = "";

  constructor(header: RunHeader) {
    this.#header = header;
    const first = firstOneByte(header);
    this.#lead[first] = header.producers;
    for (let place = 0; place < ONE_BYTE_VALUES; place++) {
      const value = (first + place) % ONE_BYTE_VALUES;
      this.#place[value] = place;
      this.#before[(value + 1) % ONE_BYTE_VALUES] = value;
    }
    this.#before[255] = 255;
    this.#lead[255] = Infinity;
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    // The number of cycles shrinks until they fit into what is left of a piece, and then grows one step beyond the most
    // that the piece could take, since pieces tend to be alike.
    let cycles = MANY_CYCLES;
    let took = 0;
    while (at < bytes.length) {
      if (this.#takeCycles(bytes, at, cycles)) {
        at += cycles * ONE_BYTE_VALUES;
        took = Math.max(took, cycles);
      } else if (cycles > 1) {
        cycles /= STEP;
      } else {
        const end = Math.min(bytes.length, at + ONE_BYTE_VALUES);
        this.#takeEach(bytes, at, end);
        at = end;
        cycles = Math.min(MANY_CYCLES, Math.max(1, took * STEP));
        took = 0;
      }
    }
    this.#delivered += bytes.length;
  }

  /**
   * A whole cycle does not change how far any value is ahead of the one before it, so only its first value can be too
   * early, and of several cycles in a row only the first value of the first. That holds until a value was too early:
   * after the first fault every byte is looked at.
   */
  #takeCycles(bytes: Uint8Array, at: number, cycles: number): boolean {
    const first = bytes[at];
    const length = cycles * ONE_BYTE_VALUES;
    if (this.#early > 0) return false;
    const [seen, lead, before] = [this.#seen, this.#lead, this.#before];
    if (seen[first] + 1 > seen[before[first]] + lead[first]) return false;
    const [came, due] = [bytes.subarray(at, at + length), CYCLES.subarray(first, first + length)];
    if (Buffer.compare(came, due) !== 0) return false;
    this.#wholeCycles += cycles;
    return true;
  }

  #takeEach(bytes: Uint8Array, from: number, end: number): void {
    const [seen, lead, before] = [this.#seen, this.#lead, this.#before];
    for (let i = from; i < end; i++) {
      const value = bytes[i];
      const count = ++seen[value];
      if (count > seen[before[value]] + lead[value]) {
        if (this.#early++ === 0) {
          this.#detail = `byte ${this.#delivered + i} of the stream is a ${value} too early`;
        }
      }
    }
  }

  finish(): Verdict {
    const { producers, messages } = this.#header;
    let missing = 0;
    let surplus = this.#seen[255];
    if (messages !== null) {
      for (let value = 0; value < ONE_BYTE_VALUES; value++) {
        const due = producers * occurrences(this.#place[value], messages);
        const seen = this.#seen[value] + this.#wholeCycles;
        missing += Math.max(0, due - seen);
        surplus += Math.max(0, seen - due);
      }
    }
    // One value too few and another too many mean one message that was changed on the way.
    const corrupted = messages === null ? surplus : Math.min(missing, surplus);
    const wholeSet = missing === 0 && surplus === 0;
    const faults = {
      lost: missing - (messages === null ? 0 : corrupted),
      duplicated: surplus - corrupted,
      // One wrong value makes later ones look early, so order is judged only where the set is complete.
      reordered: wholeSet ? this.#early : 0,
      corrupted,
    };
    if (this.#detail === "" && !wholeSet) {
      this.#detail = `${missing} one-byte messages are missing and ${surplus} are too many`;
    }
    return verdictOf(this.#header, this.#delivered, faults, this.#detail);
  }
}

/** How often a producer of `messages` messages sends the value at this place of the sequence. */
function occurrences(place: number, messages: number): number {
  return messages <= place ? 0 : Math.floor((messages - 1 - place) / ONE_BYTE_VALUES) + 1;
}
