/** Which commit of the project measures. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The commit of the checkout, with `-dirty` if tracked files differ from it; null outside of a checkout. */
export function projectCommit(): string | null {
  // A copy without history that lies inside another checkout has no commit of its own.
  if (!existsSync(join(ROOT, ".git"))) return null;
  const describe = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
  const { status, stdout } = spawnSync("git", ["--no-optional-locks", ...describe], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 10_000,
  });
  return status === 0 ? stdout.trim() : null;
}
