/** A child of the launcher must not outlive it. */

/** The process that started this one; null where this process need not end with it. */
let parent: number | null = null;

/**
 * End this process as soon as its standard input does: a parent that dies closes it whatever killed it.
 * @param onLine gets each whole line that the parent writes there
 */
export function endWithParent(onLine: (line: string) => void = () => {}): void {
  parent = process.ppid;
  let rest = "";
  process.stdin.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  });
  process.stdin.once("end", () => process.exit(1));
  process.stdin.once("error", () => process.exit(1));
}

/**
 * The same for a loop that rarely gives the event loop a turn: Deno takes up to seconds of such turns to notice the end
 * of standard input, but all three runtimes notice a new parent at once. Costs less than a µs.
 */
export function endIfOrphaned(): void {
  if (parent !== null && process.ppid !== parent) process.exit(1);
}
