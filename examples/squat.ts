/**
 * Look-alikes of a domain, made by Workers and streamed as they come: the smallest real program on the library.
 * `permutations.ts` makes them.
 *
 *     node examples/squat.ts example.com                    one JSON line each on standard output
 *     node examples/squat.ts example.com 127.0.0.1:7000     the same to a socket
 *
 * `deno run -A` and `bun` do the same. A slow reader slows the Workers down, and one that leaves ends them. How many
 * there were of each kind stands on standard error at the end.
 */
import { once } from "node:events";
import { connect } from "node:net";
import type { Writable } from "node:stream";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { joinBlocking, openFanIn } from "../mod.ts";
import { KINDS, permutationsOf } from "./permutations.ts";

const WORKERS = 2;

if (isMainThread) process.exitCode = await stream(process.argv[2], process.argv[3]);
else produce();

async function stream(domain = "", address?: string): Promise<number> {
  try {
    permutationsOf(domain);
  } catch (error) {
    console.error(`${(error as Error).message}; give one: squat.ts example.com [host:port]`);
    return 2;
  }
  let out: Writable;
  try {
    out = await open(address);
  } catch (error) {
    console.error(`${address} does not answer: ${(error as Error).message}`);
    return 1;
  }
  const fan = openFanIn("swap-buffer", { producers: WORKERS, workers: WORKERS, capacity: 65_536 });
  for (const [worker, ticket] of fan.tickets.entries()) {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: { ticket, worker, domain },
      transferList: fan.transfers[worker],
    });
    fan.attach(worker, thread);
  }
  const counts = new Map<string, number>();
  const decoder = new TextDecoder();
  // A reader that leaves, as `head` does, has seen enough: that is no error.
  let broken: NodeJS.ErrnoException | null = null;
  out.on("error", (error) => broken = error);
  for await (const batch of fan.consumer) {
    const text = decoder.decode(batch.slice());
    for (const line of text.split("\n").slice(0, -1)) {
      const { kind } = JSON.parse(line);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const failed = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) =>
      out.write(text, resolve)
    );
    const reason = failed ?? broken;
    if (reason) {
      fan.consumer.abort();
      if (out === process.stdout && reason.code === "EPIPE") return 0;
      console.error(`the output was lost: ${reason.message}`);
      return 1;
    }
  }
  if (out !== process.stdout) {
    out.end();
    await once(out, "close");
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const each = KINDS.filter((kind) => counts.has(kind)).map((kind) =>
    `${counts.get(kind)} ${kind}`
  );
  console.error(`${total} look-alikes of ${domain}: ${each.join(", ")}`);
  return 0;
}

async function open(address: string | undefined): Promise<Writable> {
  if (address === undefined) return process.stdout;
  const at = address.lastIndexOf(":");
  const socket = connect(Number(address.slice(at + 1)), address.slice(0, at));
  await once(socket, "connect");
  // Where nobody reads the other direction, its end would never be seen.
  socket.resume();
  return socket;
}

/** Every Worker has its share. One that is aborted is told so by `send`. */
function produce(): void {
  const { ticket, worker, domain } = workerData;
  const producer = joinBlocking(ticket);
  const encoder = new TextEncoder();
  try {
    for (const [at, look] of permutationsOf(domain).entries()) {
      if (at % WORKERS === worker) producer.send(encoder.encode(JSON.stringify(look) + "\n"));
    }
    producer.close();
  } catch (error) {
    if ((error as Error).name !== "HandoffAborted") throw error;
  }
}
