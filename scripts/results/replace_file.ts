/** How every file of a folder is written anew. */
import { renameSync, writeFileSync } from "node:fs";

/** Readers see the old file or the new one, never half of one; and what was there survives a kill in this moment. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
