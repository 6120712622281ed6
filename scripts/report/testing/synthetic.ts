/** Results of no machine, in the size of a full run: for tests, and for the pictures of the page. */
import { BYTES, FULL_LOAD } from "../../results/labels.ts";
import { random } from "../../../bench/workload/random.ts";
import { SUBJECTS } from "../../../bench/subjects/registry.ts";
import { formatParams, parseParams } from "../../../strategies/params.ts";
import { emptyRow, type Sample, SAMPLE_COLUMNS, SCHEMA } from "../../results/columns.ts";
import { summarize } from "../../statistics/summary.ts";
import { ResultsFolder } from "../../results/folder.ts";

export interface SyntheticOptions {
  producers: readonly number[];
  rounds: number;
  runtimes: readonly string[];
}

/** What `bench --full` measures. */
export const FULL: SyntheticOptions = {
  producers: Array.from({ length: 14 }, (_, power) => 2 ** power),
  rounds: 5,
  runtimes: ["deno", "bun", "node"],
};

export const SMALL: SyntheticOptions = { producers: [16, 256], rounds: 3, runtimes: FULL.runtimes };

/** Messages per producer. */
const MESSAGES = 1_000;
const RUNS = 3;
/** µs a message, about as on a small machine; the fixed cost of a run is added. */
const PRICE: Readonly<Record<string, number>> = {
  "channel drain=each": 4.9,
  "channel drain=batch": 0.038,
  "post-message drain=each": 7.2,
  "post-message drain=batch": 1.2,
  "swap-buffer": 0.022,
  "async-lock": 0.083,
  "atomic-swap": 0.026,
  "sharded-rings publish=64": 0.0026,
  "sharded-rings publish=1": 0.0072,
  "socket-bulk": 0.0004,
  "socket-each": 4.7,
  "empty": 0,
};
const FIXED_US = 160;
const SPEED: Readonly<Record<string, number>> = { deno: 1, bun: 0.74, node: 0.95 };

/**
 * Rows of all subjects: times that grow with P, processes that differ by a tenth, cells that are skipped as too
 * long (channel:drain=each, post-message:drain=each from 2,048 producers), and two that failed.
 */
export function syntheticSamples(options: SyntheticOptions = FULL): Sample[] {
  const next = random(7);
  const rows: Sample[] = [];
  // Those that have a price here, so that the pictures do not change with every strategy that is added.
  const isPriced = (name: string, variant: string) => `${name} ${variant}`.trim() in PRICE;
  const cells = SUBJECTS.flatMap((entry) =>
    entry.variants.filter((variant) => isPriced(entry.name, formatParams(variant))).flatMap((
      variant,
    ) =>
      options.runtimes.flatMap((runtime) =>
        options.producers.map((producers) => ({
          entry,
          params: formatParams(parseParams(entry, variant)),
          variant: formatParams(variant),
          runtime,
          producers,
        }))
      )
    )
  );
  for (let round = 0; round <= options.rounds; round++) {
    for (const { entry, params, variant, runtime, producers } of cells) {
      const cell = {
        round,
        runtime,
        runtime_version: "1.2.3",
        strategy: entry.name,
        params,
        producers,
      };
      const isSlow = variant === "drain=each" && producers >= 2_048;
      if (isSlow) {
        if (round === 0) rows.push(sample({ ...cell, status: "skipped", detail: "about 4 min" }));
        continue;
      }
      const isLost = entry.name === "async-lock" && runtime === "bun" && producers === 64 &&
        round === 2;
      const isLate = entry.name === "post-message" && runtime === "deno" && producers === 1_024 &&
        variant === "drain=batch" && round === 1;
      if (isLost) {
        rows.push(sample({ ...cell, run: 1, status: "lost", detail: "3 messages never arrived" }));
        continue;
      }
      if (isLate) {
        rows.push(sample({ ...cell, status: "timeout", detail: "no end within 60 s" }));
        continue;
      }
      const price = PRICE[`${entry.name} ${variant}`.trim()];
      const process = 0.93 + 0.16 * next();
      const us = (FIXED_US + price * producers * MESSAGES) * (SPEED[runtime] ?? 1) * process;
      for (let run = 1; run <= (round === 0 ? 1 : RUNS); run++) {
        const elapsed = us * (0.98 + 0.04 * next());
        const delivered = entry.name === "empty" ? 0 : producers * MESSAGES;
        rows.push(sample({
          ...cell,
          run,
          status: "ok",
          verify: "after",
          elapsed_us: elapsed,
          expected: delivered,
          delivered,
          bytes: delivered,
          writes: 10,
          bytes_per_write: delivered / 10,
          cpu_user_us: elapsed * 0.8,
          cpu_system_us: elapsed * 0.3,
          listener_cpu_user_us: elapsed * 0.1,
          listener_cpu_system_us: elapsed * 0.1,
          rss_peak_bytes: Math.round((60 + 50 * next()) * 2 ** 20),
          warmup_runs: 3,
          warmup_steady: true,
        }));
      }
    }
  }
  return rows;
}

/** A row in which every column that is not given has a likely value, or none. */
export function sample(values: Partial<Sample>): Sample {
  return {
    ...emptyRow(SAMPLE_COLUMNS),
    schema: SCHEMA,
    session: "2026-01-02T03-04-05Z",
    workers: 2,
    messages: MESSAGES,
    run_length: `${MESSAGES} each`,
    message_size: "1",
    message_bytes: 1,
    workload: BYTES,
    work_us: 0,
    sink: "tcp",
    turn: 0,
    capacity_bytes: 4 * 2 ** 20,
    load: FULL_LOAD,
    seed: 1,
    oversubscribed: true,
    ...values,
  } as Sample;
}

/** As describeEnvironment() writes it. */
export function syntheticEnvironment(): Record<string, unknown> {
  return {
    schema: SCHEMA,
    session: "2026-01-02T03-04-05Z",
    machine: {
      os: "linux",
      kernel: "6.0",
      arch: "x64",
      cpu: "Example CPU",
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      governor: null,
    },
    runtimes: FULL.runtimes.map((kind) => ({
      label: kind,
      kind,
      version: "1.2.3",
      source: "pinned",
    })),
    launcher: { kind: "node", version: "1.2.3" },
    listener: { kind: "node", version: "1.2.3" },
    options: { producers: FULL.producers, rounds: FULL.rounds, messages: MESSAGES, seed: 1 },
    bulkChunkBytes: { deno: 1_048_576, bun: 524_288, node: 1_048_576 },
    notes: ["these figures come from a generator, not from a machine"],
  };
}

/** What somebody could write into a CSV or an environment to be run by its reader. */
export const HOSTILE = [
  `</script><img src=x onerror="globalThis.planted=1">`,
  `"><svg onload=globalThis.planted=1>`,
  `\`|\\| ](javascript:globalThis.planted=1) <!-- \u0000 \u202e ]]> &lt;`,
  "<style>*{display:none}</style>@everyone https://example.com",
];

/** Small results in which every text is one of HOSTILE. */
export function hostileSamples(): Sample[] {
  const rows = syntheticSamples({ ...SMALL, runtimes: ["deno", HOSTILE[0]] })
    .filter(({ strategy }) => ["empty", "swap-buffer", "channel"].includes(strategy!));
  return rows.map((row) => ({
    ...row,
    session: HOSTILE[1],
    runtime_version: row.runtime === "deno" ? "1" : HOSTILE[1],
    strategy: row.strategy === "channel" ? HOSTILE[2] : row.strategy,
    params: row.strategy === "swap-buffer" ? `a=${HOSTILE[3]}` : row.params,
    status: row.strategy === "channel" && row.producers === 16 ? HOSTILE[0] : row.status,
    detail: HOSTILE[0],
    run_length: HOSTILE[0],
    sink: HOSTILE[1],
    verify: HOSTILE[0],
  }));
}

export function hostileEnvironment(): Record<string, unknown> {
  return {
    ...syntheticEnvironment(),
    machine: { cpu: HOSTILE[0], [HOSTILE[1]]: HOSTILE[2] },
    notes: HOSTILE,
  };
}

/** Write them as a results folder. @throws {UsageError} where there is one */
export function writeSynthetic(
  path: string,
  samples: readonly Sample[] = syntheticSamples(),
  environment: unknown = syntheticEnvironment(),
): void {
  const folder = ResultsFolder.create(path);
  folder.writeEnvironment(environment);
  folder.add(samples);
  folder.writeSummary(summarize(folder.samples));
}
