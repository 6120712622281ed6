/** The main command: runs the suite under every runtime, verifies, joins and compares. */
import { runMain } from "./cli/command.ts";
import { printReport } from "./report/bench_report.ts";
import { publishing } from "./report/publish.ts";
import { printWaterfall } from "./report/waterfall.ts";
import { compare } from "./session/comparison.ts";

await runMain(
  "bench",
  () =>
    compare(
      "bench",
      ({ preset }) => publishing(preset === "explain" ? printWaterfall : printReport),
    ),
);
