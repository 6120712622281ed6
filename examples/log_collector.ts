/**
 * Two Workers write log lines, one consumer collects them: a fan-in outside any benchmark.
 *
 *     node examples/log_collector.ts      deno run -A examples/log_collector.ts      bun examples/log_collector.ts
 *
 * Prints how many lines came from whom.
 */
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { joinBlocking, openFanIn } from "../mod.ts";

const WORKERS = 2;
const LINES = 1_000;

if (isMainThread) await collect();
else log();

async function collect(): Promise<void> {
  const fan = openFanIn("swap-buffer", { producers: WORKERS, workers: WORKERS, capacity: 65_536 });
  for (const [worker, ticket] of fan.tickets.entries()) {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: { ticket, name: `worker ${worker}` },
      transferList: fan.transfers[worker],
    });
    // So that a Worker that dies ends the loop below with an error that names it.
    fan.attach(worker, thread);
  }
  const lines = new Map<string, number>();
  const decoder = new TextDecoder();
  for await (const batch of fan.consumer) {
    // A batch is valid until the next one is asked for, and holds whole messages: here, whole lines. The copy is
    // for the decoder, which takes no view of shared memory.
    for (const line of decoder.decode(batch.slice()).split("\n").slice(0, -1)) {
      const [name] = line.split(":");
      lines.set(name, (lines.get(name) ?? 0) + 1);
    }
  }
  for (const name of [...lines.keys()].sort()) console.log(`${name}: ${lines.get(name)} lines`);
}

function log(): void {
  const { ticket, name } = workerData;
  const producer = joinBlocking(ticket);
  const encoder = new TextEncoder();
  for (let line = 0; line < LINES; line++) producer.send(encoder.encode(`${name}: line ${line}\n`));
  producer.close();
}
