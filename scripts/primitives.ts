/** The price list: what the building blocks of a hand-off cost under each runtime, in one table. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Price } from "../bench/primitives/primitives.ts";
import { runArguments } from "../bench/runtime.ts";
import { command, EXIT, runMain } from "./cli/command.ts";
import { startListenerProcess } from "./processes/listener_process.ts";
import { findRuntimes, type Runtime } from "./processes/runtimes.ts";
import { primitivesTable } from "./report/primitives_table.ts";
import { painter } from "./cli/paint.ts";

const PRIMITIVES = fileURLToPath(new URL("../bench/primitives/primitives.ts", import.meta.url));
/** mitata collects garbage before each benchmark; without this Node and Deno would be made to by 1 GiB. */
const GC_ARGUMENT = { node: ["--expose-gc"], deno: ["--v8-flags=--expose-gc"], bun: [] };

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
    console.log(primitivesTable(prices, painter(process.stdout)));
    return EXIT.ok;
  } finally {
    await listener.stop();
  }
});

function measure(
  runtime: Runtime,
  { host, port }: { host: string; port: number },
): Promise<Price[]> {
  const [first, ...rest] = runArguments(runtime.kind);
  const args = [...(first === undefined ? [] : [first]), ...GC_ARGUMENT[runtime.kind], ...rest];
  const child = spawn(runtime.path, [...args, PRIMITIVES, host, String(port)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(output.trimEnd().split("\n").map((line) => JSON.parse(line)));
      else reject(new Error(`${runtime.label} ${runtime.version} ended with code ${code}`));
    });
  });
}
