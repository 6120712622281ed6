/** A child of the launcher must not outlive it. */

/** Who started this process; null where nobody is to be outlived. */
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
 * The same for a loop that hardly turns: Deno takes up to seconds of such turns to tell the end of standard input,
 * but all three tell a new parent at once. Costs less than a µs.
 */
export function endIfOrphaned(): void {
  if (parent !== null && process.ppid !== parent) process.exit(1);
}
