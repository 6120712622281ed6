/** Which state of the project measures. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The commit of the checkout, with `-dirty` where tracked files differ from it; null outside of one. */
export function projectCommit(): string | null {
  // A copy without history, in somebody's checkout of something else, has no commit of its own.
  if (!existsSync(join(ROOT, ".git"))) return null;
  const describe = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
  const { status, stdout } = spawnSync("git", ["--no-optional-locks", ...describe], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 10_000,
  });
  return status === 0 ? stdout.trim() : null;
}
