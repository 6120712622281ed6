/** Files that may not be there: what the system tells, where it does. */
import { readFileSync } from "node:fs";

/** The text of a file, or null where there is none that this process may read. */
export function fileText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
