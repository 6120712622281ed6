/** The price list: what the building blocks of a hand-off cost under each runtime, in one table. */
import { fileURLToPath } from "node:url";
import { garbageArguments } from "../bench/runtime.ts";
import type { Price } from "../bench/primitives/primitives.ts";
import { command, EXIT, runMain } from "./cli/command.ts";
import { jsonLines, runChild } from "./processes/child.ts";
import { startListenerProcess } from "./processes/listener_process.ts";
import { findRuntimes, type Runtime } from "./processes/runtimes.ts";
import { primitivesTable } from "./report/primitives_table.ts";
import { terminalTable } from "./report/table.ts";
import { painter } from "./cli/paint.ts";

const PRIMITIVES = fileURLToPath(new URL("../bench/primitives/primitives.ts", import.meta.url));

/** The time limit, far more than it takes (ms). */
const LIMIT_MS = 600_000;

await runMain("primitives", async () => {
  const program = command(
    "primitives",
    "Measure atomics, locks, wake-ups, messages and writes under each runtime.",
  )
    .option("--runtimes <list>", "as in bench", "deno,bun,node")
    .parse(process.argv);
  const { runtimes, missing } = findRuntimes(program.opts().runtimes);
  for (const line of missing) console.error(`primitives: ${line}; left out`);
  const listener = await startListenerProcess("node", 1);
  try {
    const prices = new Map<string, Price[]>();
    for (const runtime of runtimes) {
      console.error(`primitives: measuring ${runtime.label} ${runtime.version}`);
      prices.set(runtime.label, await measure(runtime, listener));
    }
    console.log(terminalTable(primitivesTable(prices), painter(process.stdout)));
    return EXIT.ok;
  } finally {
    await listener.stop();
  }
});

async function measure(
  runtime: Runtime,
  { host, port }: { host: string; port: number },
): Promise<Price[]> {
  // mitata collects garbage before each benchmark. Without these flags it would make Node and Deno do so by allocating
  // 1 GiB.
  const program = {
    path: PRIMITIVES,
    args: [host, String(port)],
    flags: garbageArguments(runtime.kind),
  };
  const { signal } = new AbortController();
  const { output, end, detail } = await runChild(runtime, program, { timeoutMs: LIMIT_MS, signal });
  if (end !== "done") throw new Error(`${runtime.label} ${runtime.version}: ${detail}`);
  return jsonLines(output);
}
