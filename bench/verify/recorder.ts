/**
 * Receives the bytes of one run so that checking them is not what is measured: a run that fits the store is
 * copied there and checked once it has ended, a larger one is checked as it comes. The copy costs the
 * receiver about a fifth of its speed, the check several times that.
 */
import { expectedBytes, type RunHeader, type Verdict, type VerifyMode } from "../protocol.ts";
import type { Verifier } from "./verdict.ts";
import { createVerifier } from "./verifier.ts";

export function verifyMode(header: RunHeader, storeBytes: number): VerifyMode {
  const expected = expectedBytes(header);
  return expected !== null && expected <= storeBytes ? "after" : "inline";
}

export class Recorder {
  readonly mode: VerifyMode;
  /** Bytes that came, in all. */
  receivedBytes = 0;
  readonly #verifier: Verifier;
  readonly #store: Uint8Array;
  /** Bytes of the store that wait for their check. */
  #storedBytes = 0;

  /** @param store is the recorder's until `verdict` returns */
  constructor(header: RunHeader, store: Uint8Array) {
    this.mode = verifyMode(header, store.length);
    this.#verifier = createVerifier(header);
    this.#store = store;
  }

  /** Take the next bytes. Keeps no reference to them. */
  take(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length;
    if (this.mode === "inline") {
      this.#verifier.feed(bytes);
      return;
    }
    // More than was announced (duplicates, say) empties the store into the check rather than be dropped.
    if (this.#storedBytes + bytes.length > this.#store.length) this.#check();
    if (bytes.length > this.#store.length) {
      this.#verifier.feed(bytes);
      return;
    }
    this.#store.set(bytes, this.#storedBytes);
    this.#storedBytes += bytes.length;
  }

  /** Check what is stored, and judge the run. Call once, when it has ended. */
  verdict(): Verdict {
    this.#check();
    return this.#verifier.finish();
  }

  #check(): void {
    this.#verifier.feed(this.#store.subarray(0, this.#storedBytes));
    this.#storedBytes = 0;
  }
}
