/**
 * Node 22.18 to 23 run this suite's TypeScript and have no `Atomics.pause`; TypeScript's library does not know it
 * yet. Without it the time is spent on arithmetic, which tells the core nothing and takes about as long.
 */
const { pause: hint } = Atomics as unknown as { pause?(): void };

/** Steps of arithmetic that take about as long as one pause. */
const STEPS = 40;
let state = 1;

function count(): void {
  for (let step = 0; step < STEPS; step++) state = (Math.imul(state, 1_664_525) + step) | 0;
}

const once: () => void = hint === undefined ? count : () => hint();

/** Stay away from shared memory for so many pauses of 20 to 40 ns, telling the core that this is a spin loop. */
export function pause(times: number): void {
  for (let i = 0; i < times; i++) once();
}
