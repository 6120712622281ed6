/** The main job: run the suite under every runtime, verify, merge, compare. */
import { runMain } from "./command.ts";
import { compare } from "./launch/comparison.ts";
import { printReport } from "./print/report.ts";

await runMain("bench", () => compare("bench", printReport));
