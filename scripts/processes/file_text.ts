/** Files that may be missing, such as those in which Linux describes a process. */
import { readFileSync } from "node:fs";

/** The text of a file, or null where there is none that this process may read. */
export function fileText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
