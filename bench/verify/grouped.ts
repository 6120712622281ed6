/**
 * The second pass of a one-byte cell: each byte names a group of producers and counts within it. Up to 16 producers
 * have a group each, and every byte is checked like a numbered message, modulo 16. Where several producers share a
 * group, its bytes are checked as a whole: they must be the exact multiset, and every prefix must be a possible
 * interleaving.
 */
import { grouping, GROUPS } from "../workload/messages.ts";
import type { RunHeader, Verdict } from "../wire/protocol.ts";
import { verdictOf, type Verifier } from "./verdict.ts";

export class GroupedVerifier implements Verifier {
  readonly #header: RunHeader;
  readonly #first: number;
  /** Number of producers in each group. */
  readonly #members = new Float64Array(GROUPS);
  /** How often each byte came. */
  readonly #seen = new Float64Array(GROUPS * GROUPS);
  #delivered = 0;
  #early = 0;
  #detail = "";

  constructor(header: RunHeader) {
    this.#header = header;
    const { groupOf, first } = grouping(header);
    this.#first = first;
    for (let producer = 0; producer < header.producers; producer++) {
      this.#members[groupOf(producer)]++;
    }
  }

  feed(bytes: Uint8Array): void {
    const [seen, members, first] = [this.#seen, this.#members, this.#first];
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      const group = byte >>> 4;
      const before = (group << 4) | ((byte - 1) & 15);
      const lead = (byte & 15) === first ? members[group] : 0;
      if (++seen[byte] > seen[before] + lead && this.#early++ === 0) {
        this.#detail = `byte ${this.#delivered + i} of the stream is a ${
          byte & 15
        } of group ${group} too early`;
      }
    }
    this.#delivered += bytes.length;
  }

  finish(): Verdict {
    const { messages } = this.#header;
    let missing = 0;
    let surplus = 0;
    for (let byte = 0; byte < this.#seen.length && messages !== null; byte++) {
      const place = ((byte & 15) - this.#first) & 15;
      const each = messages <= place ? 0 : Math.floor((messages - 1 - place) / GROUPS) + 1;
      const due = this.#members[byte >>> 4] * each;
      missing += Math.max(0, due - this.#seen[byte]);
      surplus += Math.max(0, this.#seen[byte] - due);
    }
    // One value too few and another too many mean one message that was changed on the way.
    const corrupted = Math.min(missing, surplus);
    const faults = {
      lost: missing - corrupted,
      duplicated: surplus - corrupted,
      // One wrong byte makes later ones look early, so order is judged only where the set is complete.
      reordered: missing === 0 && surplus === 0 ? this.#early : 0,
      corrupted,
    };
    if (this.#detail === "" && missing + surplus > 0) {
      this.#detail = `${missing} bytes of groups are missing and ${surplus} are too many`;
    }
    return verdictOf(this.#header, this.#delivered, faults, this.#detail);
  }
}
