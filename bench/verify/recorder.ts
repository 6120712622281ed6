/**
 * Receives the bytes of one run in such a way that checking them is not what is measured: a run that fits the store is
 * copied there and checked once it has ended; a larger one is checked as it comes. The copy costs the receiver about a
 * fifth of its speed, the check several times that.
 */
import { mostBytes, type RunHeader, type Verdict, type VerifyMode } from "../wire/protocol.ts";
import { Trailer } from "./trailer.ts";
import type { Verifier } from "./verdict.ts";
import { createVerifier } from "./verifier.ts";

function verifyMode(header: RunHeader, storeBytes: number): VerifyMode {
  const most = mostBytes(header);
  return most !== null && most <= storeBytes ? "after" : "inline";
}

export class Recorder {
  readonly mode: VerifyMode;
  /** All bytes that have come. */
  receivedBytes = 0;
  readonly #verifier: Verifier;
  readonly #store: Uint8Array;
  /** Bytes in the store that wait for their check, and which connection each stretch of them came from. */
  #storedBytes = 0;
  #stretches: { connection: number; bytes: number }[] = [];
  readonly #messageBytes: number;
  /** Bytes from the beginning of the run that the store still holds after their check. */
  #keptBytes = 0;
  /** One for each connection, where the run has trailers. */
  readonly #trailers: Trailer[];

  /** @param store may be used by nobody else until `verdict` returns */
  constructor(header: RunHeader, store: Uint8Array) {
    this.mode = verifyMode(header, store.length);
    this.#verifier = createVerifier(header);
    this.#store = store;
    this.#messageBytes = header.messageBytes;
    const streams = header.trailer ? header.connections?.count ?? 1 : 0;
    this.#trailers = Array.from({ length: streams }, () => new Trailer(header.producers));
  }

  /** Takes the next bytes of a connection. Keeps no reference to them. */
  take(bytes: Uint8Array, connection = 0): void {
    this.receivedBytes += bytes.length;
    if (this.#trailers.length === 0) return this.#record(bytes, connection);
    this.#trailers[connection].take(bytes, (messages) => this.#record(messages, connection));
  }

  #record(bytes: Uint8Array, connection: number): void {
    if (this.mode === "inline") {
      this.#verifier.feed(bytes, connection);
      return;
    }
    // Where more comes than was announced (duplicates, for example), the store is checked and emptied, so that nothing
    // is left out.
    if (this.#storedBytes + bytes.length > this.#store.length) this.#check();
    if (bytes.length > this.#store.length) {
      this.#verifier.feed(bytes, connection);
      return;
    }
    this.#store.set(bytes, this.#storedBytes);
    this.#storedBytes += bytes.length;
    const last = this.#stretches.at(-1);
    if (last?.connection === connection) last.bytes += bytes.length;
    else this.#stretches.push({ connection, bytes: bytes.length });
  }

  /** Checks what is stored, and judges the run. Call once, when the run has ended. */
  verdict(): Verdict {
    this.#check();
    if (this.#trailers.length === 0) return this.#verifier.finish();
    const announced = sumOf(this.#trailers.map((trailer) => trailer.announced()));
    const verdict = this.#verifier.finish(announced);
    if (announced !== null) return verdict;
    const detail = "a stream ends without the trailer that its header announces";
    return { ...verdict, status: "corrupt", corrupted: verdict.corrupted + 1, detail };
  }

  /**
   * The first eight bytes of each whole message, in the order of arrival. Call after `verdict`, while the store is not
   * used for another run. Empty where the run was not kept whole, or its messages are shorter than eight bytes.
   */
  names(): Uint8Array {
    const size = this.#messageBytes;
    const isWhole = this.mode === "after" && this.#keptBytes === this.receivedBytes;
    const count = size < 8 || !isWhole ? 0 : Math.floor(this.#keptBytes / size);
    const names = new Uint8Array(8 * count);
    for (let at = 0; at < count; at++) {
      names.set(this.#store.subarray(at * size, at * size + 8), at * 8);
    }
    return names;
  }

  #check(): void {
    this.#keptBytes = this.#storedBytes;
    let at = 0;
    for (const { connection, bytes } of this.#stretches) {
      this.#verifier.feed(this.#store.subarray(at, at + bytes), connection);
      at += bytes;
    }
    this.#storedBytes = 0;
    this.#stretches = [];
  }
}

/** The sums for each producer; null where a trailer is missing. */
function sumOf(announced: readonly (Uint32Array | null)[]): Uint32Array | null {
  const [first, ...others] = announced;
  if (first === null || others.includes(null)) return null;
  return first.map((count, at) =>
    others.reduce((sum, counts) => sum + (counts as Uint32Array)[at], count)
  );
}
