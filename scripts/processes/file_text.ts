/** Files that may be missing, such as those in which Linux describes a process. */
import { readFileSync } from "node:fs";

/** The text of a file, or null if it does not exist or this process may not read it. */
export function fileText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
