/**
 * Starts a cell with a fault, which the environment names:
 *
 *     FANIN_FAULT='{"name":"terminate","seed":7}' <runtime> scripts/testing/trials/faulty_cell.ts
 *
 * `terminate`: one of its Workers is terminated. `garbage`: it prints nonsense between its own lines. `flood`: it
 * prints without end.
 */
import { Worker } from "node:worker_threads";
import { random } from "../../../bench/workload/random.ts";

const { name, seed } = JSON.parse(process.env.FANIN_FAULT!) as { name: string; seed: number };
const next = random(seed);

/** After most starts of a Worker, and before most ends (ms). */
const LATEST_MS = 300;
const FLOOD = "x".repeat(65_536);

const faults: Record<string, () => void> = {
  terminate() {
    const workers = new Set<Worker>();
    const on = Worker.prototype.on;
    Worker.prototype.on = function (this: Worker, ...args: Parameters<typeof on>) {
      if (!workers.has(this)) {
        workers.add(this);
        setTimeout(() => void this.terminate(), LATEST_MS * next());
      }
      return on.apply(this, args);
    } as typeof on;
  },
  garbage() {
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = ((text: string) => write(nonsense() + text)) as typeof write;
  },
  flood() {
    const pour = () => {
      while (process.stdout.write(FLOOD));
      process.stdout.once("drain", pour);
    };
    setTimeout(pour, LATEST_MS * next());
  },
};

/** Whole lines, so that the cell's own lines stay whole, too. */
function nonsense(): string {
  const lines = [
    "null",
    "7",
    '"run"',
    "[]",
    "[null]",
    "{}",
    '{"type":null}',
    '{"type":"constructor"}',
    '{"type":"run"}',
    '{"type":"ready","rssReadyBytes":"all of it"}',
    '{"type":"run","status":"ok"',
    "\u001b[2J\u0007",
    "",
    String.fromCharCode(...Array.from({ length: 200 }, () => 14 + next() * 65_000)),
  ];
  const count = Math.floor(next() * 4);
  return Array.from({ length: count }, () => lines[Math.floor(next() * lines.length)] + "\n").join(
    "",
  );
}

faults[name]();
await import("../../../bench/process/cell.ts");
