/**
 * A Worker is terminated in a critical section, a hundred times under every strategy; to be run by hand:
 *
 *     node strategies/testing/terminate_trials.ts     (or deno run -A, or bun)
 *
 * Prints one line per strategy: how many trials ended in an error that names the Worker. Exits with code 1 if any did
 * not.
 */
import { WorkerLost } from "../primitives/lost_workers.ts";
import { STRATEGIES } from "../registry.ts";
import { lostTrial } from "./lost_trial.ts";

const TRIALS = 100;
/** It dies after this many different atomic operations of `send`, in turn. */
const PLACES = 3;

for (const strategy of STRATEGIES) {
  let named = 0;
  let inside = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const { reached, error } = await lostTrial(strategy, {}, 1 + trial % PLACES, "fail");
    if (reached) inside++;
    if (error instanceof WorkerLost && error.worker === 0) named++;
  }
  console.log(
    `${strategy.name}: ${named} of ${TRIALS} named the Worker; ${inside} died inside of send`,
  );
  if (named < TRIALS) process.exitCode = 1;
}
