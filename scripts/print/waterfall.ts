/** The waterfall of `explain`: each step against the one that it changes, with an interval. */
import type { Comparison } from "../launch/comparison.ts";
import type { Sample } from "../results/columns.ts";
import { median, medianInterval } from "../results/statistics.ts";
import { groupBy } from "../results/summary.ts";
import { painter } from "./style.ts";
import { labelOf, plainTable } from "./tables.ts";
import { digits, time } from "./units.ts";

interface Step {
  /** As `--strategies` takes it. */
  subject: string;
  /** What it changes, and against which step. */
  change: string;
  from: string | null;
}

/** From the slowest to the fastest. */
export const MAIN_WAY: readonly Step[] = [
  { subject: "channel:drain=each", change: "one awaited write a message", from: null },
  {
    subject: "channel:drain=batch",
    change: "all that is there in one write",
    from: "channel:drain=each",
  },
  {
    subject: "swap-buffer",
    change: "a lock and two buffers, no records",
    from: "channel:drain=batch",
  },
  { subject: "atomic-swap", change: "an atomic add, no lock", from: "swap-buffer" },
  {
    subject: "sharded-rings:publish=1",
    change: "a ring a Worker, nothing shared",
    from: "atomic-swap",
  },
  {
    subject: "sharded-rings:publish=64",
    change: "published every 64 messages",
    from: "sharded-rings:publish=1",
  },
];

/** What else differs between the post's arms. */
export const BRANCHES: readonly Step[] = [
  { subject: "swap-buffer:drain=each", change: "the lock without the batch", from: "swap-buffer" },
  { subject: "async-lock", change: "the lock awaited", from: "swap-buffer" },
  {
    subject: "async-lock:fair=true",
    change: "the awaited lock, first come first served",
    from: "async-lock",
  },
];

const BAR = 16;

export function printWaterfall({ samples, folder }: Comparison): void {
  const paint = painter(process.stdout);
  const print = (line = "") => process.stdout.write(line + "\n");
  const measured = samples.filter((sample) => sample.round !== 0);
  const settings = groupBy(
    measured,
    ({ runtime, runtime_version, producers, workers, message_bytes }) =>
      `${runtime} ${runtime_version}, ${producers} producers on ${workers} Workers, ${message_bytes}-byte messages`,
  );
  for (const [setting, rows] of settings) {
    print();
    print(paint("bold", setting));
    const table = plainTable(["strategy", "time", "× faster (95 %)", "", "what changed"], paint);
    for (const step of MAIN_WAY) table.push(line(step, rows));
    table.push(["side branches", "", "", "", ""]);
    for (const step of BRANCHES) table.push(line(step, rows));
    print(table.toString());
  }
  print();
  print(
    "A factor is against the step that it changes, paired by round. Factors depend on the order of the steps:",
  );
  print("another way to the same end would share the gain out differently.");
  print(`results: ${folder}`);
}

function line({ subject, change, from }: Step, rows: readonly Sample[]): string[] {
  const own = medians(subject, rows);
  const times = [...own.values()];
  if (times.length === 0) {
    const status = rows.find((row) => matches(row, subject))?.status ?? "not measured";
    return [shortened(subject), status, "", "", change];
  }
  const before = from === null ? new Map<number, number>() : medians(from, rows);
  const ratios = [...own].flatMap(([round, us]) =>
    before.has(round) ? [before.get(round)! / us] : []
  );
  const middle = time(median(times));
  if (ratios.length === 0) return [shortened(subject), middle, "", "", change];
  const [low, high] = medianInterval(ratios);
  const factor = median(ratios);
  return [
    shortened(subject),
    middle,
    `${digits(factor)} (${digits(low)}–${digits(high)})`,
    bar(factor),
    change,
  ];
}

/** Median µs of each round's process. */
function medians(subject: string, rows: readonly Sample[]): Map<number, number> {
  const ok = rows.filter((row) => matches(row, subject) && row.status === "ok");
  const rounds = groupBy(ok, (row) => String(row.round));
  return new Map(
    [...rounds].map(([round, runs]) => [Number(round), median(runs.map((run) => run.elapsed_us!))]),
  );
}

function matches(row: Sample, subject: string): boolean {
  return labelOf(row) === subject;
}

function shortened(subject: string): string {
  return subject.replace("sharded-rings", "rings");
}

/** Doublings to the right, halvings to the left of the middle. */
function bar(factor: number): string {
  const length = Math.min(BAR, Math.round(Math.abs(Math.log2(factor)) * 2));
  return (factor >= 1 ? "+" : "-").repeat(length);
}
