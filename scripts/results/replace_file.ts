/** How every file of a folder is rewritten. */
import { renameSync, writeFileSync } from "node:fs";

/** Readers see either the old file or the new one, never half of one, and the old content survives a kill. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
