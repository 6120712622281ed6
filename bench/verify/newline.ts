/**
 * Lines that name producer and number: text, for clients that find it easier to write than bytes; or JSON, with letters
 * or look-alike domains in it.
 */
import { Buffer } from "node:buffer";
import { lineOf } from "../workload/lines.ts";
import { type LineLetters, lineLetters } from "../workload/messages.ts";
import type { RunHeader, Verdict } from "../wire/protocol.ts";
import { NumberedVerifier } from "./numbered.ts";

const LINE_FEED = 10;
/** Producer, number and letters: exactly these bytes, since a message has to arrive unchanged. */
const LINES = {
  newline: /^(\d{1,10}) (\d{1,10})(?: ([a-z]*))?$/,
  json: /^\{"producer":(\d{1,10}),"number":(\d{1,10}),"text":"([a-z]*)"\}$/,
  /** As `json`, but of the length that the workload says. */
  filler: /^\{"producer":(\d{1,10}),"number":(\d{1,10}),"text":"[a-z]*"\}$/,
  domains: /^\{"producer":(\d{1,10}),"number":(\d{1,10}),[ -~]*\}$/,
};

export class NewlineVerifier extends NumberedVerifier {
  readonly #letters: LineLetters;
  /** Makes the whole line where the suite's workloads determine every byte of it; otherwise null. */
  readonly #line: ReturnType<typeof lineOf> | null;
  readonly #decoder = new TextDecoder("latin1");
  readonly #pattern: RegExp;
  /** For each connection, the beginning of a line that is not complete. */
  readonly #rests: Uint8Array[];

  constructor(header: RunHeader) {
    super(header);
    this.#letters = lineLetters(header);
    const { framing } = header;
    this.#line = framing === "domains" || framing === "filler" ? lineOf(framing, header) : null;
    this.#pattern = LINES[header.framing as keyof typeof LINES];
    this.#rests = Array.from(
      { length: header.connections?.count ?? 1 },
      () => new Uint8Array(0),
    );
  }

  override feed(bytes: Uint8Array, connection = 0): void {
    const rests = this.#rests;
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#check(Buffer.concat([rests[connection], bytes.subarray(from, end)]));
      rests[connection] = new Uint8Array(0);
      from = end + 1;
    }
    // A line that never ends must not fill the memory: past the longest line only "too long" is kept.
    const room = this.header.messageBytes + 1 - rests[connection].length;
    if (from < bytes.length && room > 0) {
      rests[connection] = Buffer.concat([rests[connection], bytes.subarray(from, from + room)]);
    }
  }

  #check(line: Uint8Array): void {
    const number = this.delivered++;
    const text = line.length < this.header.messageBytes ? this.#decoder.decode(line) : "";
    const match = this.#pattern.exec(text);
    const [producer, sequence] = [Number(match?.[1]), Number(match?.[2])];
    if (match === null || !this.sequences.knows(producer, sequence)) {
      this.#spoiled(number, "is not a line that was sent");
      this.nameless++;
      return;
    }
    const next = this.sequences.next(producer);
    if (this.#line !== null && `${text}\n` !== this.#line(producer, sequence)) {
      this.#misspelt(number, producer, sequence, "is not the line");
      return;
    }
    const letters = match[3] ?? "";
    const start = line.length - letters.length - (this.#pattern === LINES.json ? 2 : 0);
    if (letters !== this.#letters(producer, sequence, start, letters.length)) {
      this.#misspelt(number, producer, sequence, "has letters");
      return;
    }
    if (!this.sequences.accept(producer, sequence)) {
      this.note(
        `line ${number} is number ${sequence} of producer ${producer} where ${next} was due`,
      );
    }
  }

  #misspelt(line: number, producer: number, sequence: number, what: string): void {
    this.#spoiled(line, `${what} that producer ${producer} never sent`);
    this.believe(producer, sequence);
  }

  #spoiled(line: number, what: string): void {
    this.corrupted++;
    this.note(`line ${line} ${what}`);
  }

  override finish(announced: Uint32Array | null = null): Verdict {
    for (const rest of this.#rests) {
      if (rest.length === 0) continue;
      this.delivered++;
      this.nameless++;
      this.#spoiled(this.delivered - 1, "has no line feed at the end of the stream");
    }
    return this.verdict(announced);
  }
}
