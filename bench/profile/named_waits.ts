/**
 * Makes a blocked thread visible in its profile. V8 counts the time in `Atomics.wait` as its caller's own, so
 * that sleeping looks like work there; called through a function of JavaScript it has a frame of its own.
 */
const wait = Atomics.wait;

/** The key is the name that profiles show. */
const named = {
  "Atomics.wait": (words: Int32Array, at: number, value: number, ms?: number) =>
    wait(words, at, value, ms),
};

/** Replace `Atomics.wait` on this thread. For profiled processes only. */
export function nameWaits(): void {
  Atomics.wait = named["Atomics.wait"] as typeof Atomics.wait;
}
