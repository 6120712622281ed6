/**
 * Memory that `open` allocates. It is the same for every schedule, so tickets stay valid and producers can join with
 * them again.
 */
const Shared = SharedArrayBuffer;

export class Pool {
  readonly #buffers: SharedArrayBuffer[] = [];
  #taken = 0;

  rewind(): void {
    this.#taken = 0;
  }

  /** Returns a buffer of zeros. */
  take(bytes: number): SharedArrayBuffer {
    const at = this.#taken++;
    const old = this.#buffers[at];
    if (old?.byteLength !== bytes) return this.#buffers[at] = new Shared(bytes);
    new BigUint64Array(old, 0, bytes >>> 3).fill(0n);
    for (let i = bytes & ~7; i < bytes; i++) new DataView(old).setUint8(i, 0);
    return old;
  }
}
