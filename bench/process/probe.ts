/**
 * Ends with 0 where this runtime has all that a cell needs; otherwise says what it lacks. It has a type annotation on
 * purpose, which the runtime must be able to strip.
 */
import { Worker } from "node:worker_threads";

const needed: readonly [string, boolean][] = [
  ["Workers", typeof Worker === "function"],
  ["SharedArrayBuffer", typeof SharedArrayBuffer === "function"],
  ["Atomics.waitAsync", typeof Atomics.waitAsync === "function"],
];
const lacking = needed.filter(([, isThere]) => !isThere).map(([name]) => name);
if (lacking.length > 0) {
  console.log(lacking.join(", "));
  process.exitCode = 1;
}
