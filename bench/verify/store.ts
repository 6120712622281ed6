/** Where the bytes of a run are kept until they are checked. Runs use it one after another. */
import { mostBytes, type RunHeader } from "../wire/protocol.ts";

export class Store {
  readonly size: number;
  readonly #bytes: Uint8Array;
  /** Every page up to here has been written to. */
  #readyBytes = 0;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
  }

  /**
   * The store, for a run that has not begun. All pages that the run may need have been written to, because the first
   * use of a page takes longer than copying into it. Pages that no run needs stay unused, which saves a short session
   * most of a second.
   */
  readyFor(header: RunHeader): Uint8Array {
    const end = mostBytes(header) ?? 0;
    // A run that is larger than the store is checked as it comes.
    if (end > this.#readyBytes && end <= this.size) {
      this.#bytes.fill(1, this.#readyBytes, end);
      this.#readyBytes = end;
    }
    return this.#bytes;
  }
}
