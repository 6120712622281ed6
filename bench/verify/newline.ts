/** Text lines "producer sequence letters…\n", for clients that find lines easier to write than bytes. */
import { lineLetters } from "../messages.ts";
import type { RunHeader, Verdict } from "../protocol.ts";
import { Sequences } from "./sequences.ts";
import { expectedMessages, statusOf, type Verifier } from "./verdict.ts";

const LINE_FEED = 10;
const LINE = /^(\d{1,10}) (\d{1,10})(?: ([a-z]*))?$/;

export class NewlineVerifier implements Verifier {
  readonly #header: RunHeader;
  readonly #sequences: Sequences;
  readonly #letter: ReturnType<typeof lineLetters>;
  readonly #decoder = new TextDecoder("latin1");
  #rest = new Uint8Array(0);
  #delivered = 0;
  #corrupted = 0;
  #nameless = 0;
  #detail = "";

  constructor(header: RunHeader) {
    this.#header = header;
    this.#sequences = new Sequences(header.producers, header.messages);
    this.#letter = lineLetters(header);
  }

  feed(bytes: Uint8Array): void {
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#check(joined(this.#rest, bytes.subarray(from, end)));
      this.#rest = new Uint8Array(0);
      from = end + 1;
    }
    // A line that never ends must not fill the memory: past the longest line only "too long" is kept.
    const room = this.#header.messageBytes + 1 - this.#rest.length;
    if (from < bytes.length && room > 0) {
      this.#rest = joined(this.#rest, bytes.subarray(from, from + room));
    }
  }

  #check(line: Uint8Array): void {
    const number = this.#delivered++;
    const match = line.length < this.#header.messageBytes
      ? LINE.exec(this.#decoder.decode(line))
      : null;
    const [producer, sequence] = [Number(match?.[1]), Number(match?.[2])];
    if (match === null || !this.#sequences.knows(producer, sequence)) {
      this.#spoiled(number, "is not a line that was sent");
      this.#nameless++;
      return;
    }
    const next = this.#sequences.next(producer);
    const letters = match[3] ?? "";
    const start = line.length - letters.length;
    for (let i = 0; i < letters.length; i++) {
      if (letters[i] !== this.#letter(producer, sequence, start + i)) {
        this.#spoiled(number, `has letters that producer ${producer} never sent`);
        if (sequence === next) this.#sequences.accept(producer, sequence);
        else this.#nameless++;
        return;
      }
    }
    if (!this.#sequences.accept(producer, sequence) && this.#detail === "") {
      this.#detail =
        `line ${number} is number ${sequence} of producer ${producer} where ${next} was due`;
    }
  }

  #spoiled(line: number, what: string): void {
    this.#corrupted++;
    if (this.#detail === "") this.#detail = `line ${line} ${what}`;
  }

  finish(): Verdict {
    if (this.#rest.length > 0) {
      this.#delivered++;
      this.#nameless++;
      this.#spoiled(this.#delivered - 1, "has no line feed at the end of the stream");
    }
    const faults = {
      lost: Math.max(0, this.#sequences.missing() - this.#nameless),
      duplicated: this.#sequences.duplicated,
      reordered: this.#sequences.reordered,
      corrupted: this.#corrupted,
    };
    if (faults.lost > 0 && this.#detail === "") {
      this.#detail = `the stream ends ${faults.lost} messages early`;
    }
    return {
      status: statusOf(faults),
      expected: expectedMessages(this.#header),
      delivered: this.#delivered,
      ...faults,
      detail: this.#detail,
    };
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const line = new Uint8Array(head.length + tail.length);
  line.set(head);
  line.set(tail, head.length);
  return line;
}
