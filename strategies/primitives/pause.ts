/**
 * Node 22.18 to 23 run this suite's TypeScript but have no `Atomics.pause`, and TypeScript's library does not declare
 * it yet. Where it is missing, the time is spent on arithmetic, which tells the core nothing and takes about as long.
 */
const { pause: hint } = Atomics as unknown as { pause?(): void };

/** Steps of arithmetic that take about as long as one pause. */
const STEPS = 40;
let state = 1;

function count(): void {
  for (let step = 0; step < STEPS; step++) state = (Math.imul(state, 1_664_525) + step) | 0;
}

const once: () => void = hint === undefined ? count : () => hint();

/** Stays away from shared memory for this many pauses of 20 to 40 ns, and tells the core that this is a spin loop. */
export function pause(times: number): void {
  for (let i = 0; i < times; i++) once();
}
