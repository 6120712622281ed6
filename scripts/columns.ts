/** Writes docs/columns.md from the columns that there are. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EXIT, runMain } from "./command.ts";
import { columnsPage } from "./results/columns.ts";

await runMain("columns", () => {
  const path = fileURLToPath(new URL("../docs/columns.md", import.meta.url));
  writeFileSync(path, columnsPage());
  console.log("written: docs/columns.md");
  return Promise.resolve(EXIT.ok);
});
