/** A child of the launcher must not outlive it. */

/** End this process as soon as its standard input does: a parent that dies closes it whatever killed it. */
export function endWithParent(): void {
  process.stdin.once("end", () => process.exit(1));
  process.stdin.once("error", () => process.exit(1));
  process.stdin.resume();
}

/** Let the process end although standard input is still open. */
export function parentNoLongerMatters(): void {
  process.stdin.pause();
  process.stdin.unref?.();
}
