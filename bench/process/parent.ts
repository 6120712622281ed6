/** A child of the launcher must not outlive it. */

/** Who started this process; null where nobody is to be outlived. */
let parent: number | null = null;

/** End this process as soon as its standard input does: a parent that dies closes it whatever killed it. */
export function endWithParent(): void {
  parent = process.ppid;
  process.stdin.once("end", () => process.exit(1));
  process.stdin.once("error", () => process.exit(1));
  process.stdin.resume();
}

/**
 * The same for a loop that hardly turns: Deno takes up to seconds of such turns to tell the end of standard input,
 * but all three tell a new parent at once. Costs less than a µs.
 */
export function endIfOrphaned(): void {
  if (parent !== null && process.ppid !== parent) process.exit(1);
}

/** Let the process end although standard input is still open. */
export function parentNoLongerMatters(): void {
  parent = null;
  process.stdin.pause();
  process.stdin.unref?.();
}
