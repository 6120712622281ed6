/** All three runtimes have `Atomics.pause`; TypeScript's library does not yet. */
const { pause: hint } = Atomics as unknown as { pause(): void };

/** Stay away from shared memory for so many pauses of 20 to 40 ns, telling the core that this is a spin loop. */
export function pause(times: number): void {
  for (let i = 0; i < times; i++) hint();
}
