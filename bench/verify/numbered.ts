/** What is common to verifiers of messages that name their producer and their number. */
import type { RunHeader, Verdict } from "../wire/protocol.ts";
import { MAX_GAPS, Sequences } from "./sequences.ts";
import { missingMessages, verdictOf, type Verifier } from "./verdict.ts";

export abstract class NumberedVerifier implements Verifier {
  protected readonly header: RunHeader;
  protected readonly sequences: Sequences;
  protected delivered = 0;
  protected corrupted = 0;
  /** Corrupted messages whose own name cannot be trusted: each stands for one that is missing. */
  protected nameless = 0;
  #detail = "";

  constructor(header: RunHeader) {
    this.header = header;
    this.sequences = new Sequences(header.producers, header.messages);
  }

  abstract feed(bytes: Uint8Array, connection?: number): void;
  abstract finish(announced?: Uint32Array | null): Verdict;

  /** Keeps the first fault, which is the one that is reported. */
  protected note(what: string): void {
    if (this.#detail === "") this.#detail = what;
  }

  /**
   * For a message whose other bytes do not fit its name: the name itself may be what is corrupt, so it is believed only
   * where that message was due. Returns whether it is believed.
   */
  protected believe(producer: number, sequence: number): boolean {
    const isDue = sequence === this.sequences.next(producer);
    if (isDue) this.sequences.accept(producer, sequence);
    else this.nameless++;
    return isDue;
  }

  /** @param cut messages of which only the beginning came */
  protected verdict(announced: Uint32Array | null, cut = 0): Verdict {
    const { duplicated, reordered, overflowed } = this.sequences;
    const missing = missingMessages(this.sequences, this.nameless, announced);
    const { lost, dropped } = missing;
    if (missing.delivered > 0) {
      this.note(`${missing.delivered} messages came that the trailer says were dropped`);
    }
    if (lost > 0) this.note(`the stream ends ${lost} messages early`);
    const gaps = overflowed
      ? `; more than ${MAX_GAPS} gaps, so what came late is not told from what came twice`
      : "";
    // Half a message where none is missing (for example because the number of messages is unknown) is still not what
    // was sent.
    const corrupted = this.corrupted + missing.delivered + (lost === 0 ? cut : 0);
    const faults = { lost, duplicated, reordered, corrupted };
    return verdictOf(this.header, this.delivered, faults, this.#detail + gaps, dropped);
  }
}
