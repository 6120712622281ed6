/** The main job: run the suite under every runtime, verify, join, compare. */
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
