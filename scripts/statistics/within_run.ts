/**
 * Compares two runtimes, or two strategies, of one session: what changes from the first to the second? They were
 * measured within the same rounds, which can be paired, so a difference shows in fewer rounds than between two
 * sessions.
 */
import { isControl } from "../../bench/subjects/controls.ts";
import type { Sample, Summary } from "../results/columns.ts";
import { labelOf, settingTitle } from "../results/labels.ts";
import { type CellChange, changeOf } from "./against_baseline.ts";
import { decide } from "./call.ts";
import { inverse } from "./inference.ts";
import { comparePairs } from "./pairs.ts";
import { summarize } from "./summary.ts";

/**
 * One change for each strategy (or runtime) that both have, over every P at which both have a figure, with an interval
 * that is corrected for these changes alone; and one without a figure for each P at which one or both have
 * none.
 * @param before label of a runtime or of a strategy
 * @param after label of the other
 * @param sameWithin see `decide`
 */
export function compareWithin(
  samples: readonly Sample[],
  before: string,
  after: string,
  sameWithin?: number,
): CellChange[] {
  const summary = summarize(samples);
  const pairs = comparePairs(samples, summary).filter(({ first, second }) =>
    first === before ? second === after : first === after && second === before
  );
  const comparisons = pairs.filter(({ pooled }) => pooled !== null).length;
  const manySettings = new Set(summary.map(settingTitle)).size > 1;
  const named = (label: string, setting: string) => manySettings ? `${label} (${setting})` : label;
  const changes = pairs.map(({ family, on, first, setting, pooled }): CellChange => {
    const slowDown = pooled === null || first === before ? pooled : inverse(pooled);
    const estimate = slowDown === null ? null : decide(slowDown, comparisons, sameWithin);
    return {
      runtime: family === "runtimes" ? after : on,
      label: named(family === "runtimes" ? on : after, setting),
      producers: null,
      status: "ok",
      nsPerMessage: null,
      estimate,
      // A single round has no interval, and shows neither a change nor its absence.
      change: estimate === null ? "undecided" : changeOf(estimate),
    };
  });
  const compared = new Set(
    pairs.flatMap(({ on, setting, cells }) =>
      cells.map(({ producers }) => placeOf(on, setting, producers))
    ),
  );
  const sides = [before, after].flatMap((name) => partsOf(summary, name));
  if (!sides.some(({ name }) => name === before) || !sides.some(({ name }) => name === after)) {
    return [];
  }
  const missing = Map.groupBy(
    sides.filter(({ on, row }) => !compared.has(placeOf(on, settingTitle(row), row.producers!))),
    ({ on, row }) => placeOf(on, settingTitle(row), row.producers!),
  );
  return [
    ...changes,
    ...[...missing.values()].map((own): CellChange => {
      const { row } = own.find(({ name }) => name === after) ?? own[0];
      const bad = own.find(({ row: { status } }) => status !== "ok")?.row.status;
      return {
        runtime: row.runtime!,
        label: named(labelOf(row), settingTitle(row)),
        producers: row.producers,
        status: bad ?? "not comparable",
        nsPerMessage: null,
        estimate: null,
        change: "no figure",
      };
    }),
  ];
}

/** The cells of a runtime or of a strategy, each with what it has in common with its partner. */
function partsOf(summary: readonly Summary[], name: string) {
  return summary.filter(({ strategy }) => !isControl(strategy!)).flatMap((row) =>
    row.runtime === name
      ? [{ name, on: labelOf(row), row }]
      : labelOf(row) === name
      ? [{ name, on: row.runtime!, row }]
      : []
  );
}

function placeOf(on: string, setting: string, producers: number): string {
  return `${on}|${setting}|${producers}`;
}
