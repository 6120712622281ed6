/** The strategies and controls of a session, and how each is written. */
import { type Peer, PEERS } from "../../bench/peers/registry.ts";
import { type SubjectEntry, SUBJECTS } from "../../bench/subjects/registry.ts";
import { parseParams } from "../../strategies/params.ts";
import type { Overflow, Params } from "../../strategies/strategy.ts";
import { UsageError } from "../cli/command.ts";

/** A strategy or control with all its parameters. */
export interface SubjectChoice {
  entry: SubjectEntry;
  params: Params;
}

/** The fixed cost of a run, which is needed to tell whether a cell is more than that. */
export const ALWAYS = "empty";
/** Does the work without the hand-off, which is needed to tell how much the hand-off still matters. */
const BESIDE_WORK = "no-handoff";

/**
 * Parses `channel:drain=batch,swap-buffer`, with `peers` for all peers; null for the default matrix. `empty` is always
 * added.
 * @param overflow for strategies that do not name their own; from the default matrix only those that can do it are kept
 * @param isWork whether producers do more than send; `no-handoff` is then added, too
 * @throws {UsageError}
 */
export function parseSubjects(
  list: string | null,
  overflow: Overflow = "block",
  isWork = false,
): SubjectChoice[] {
  const all = list === null
    ? SUBJECTS.flatMap(variantsOf)
    : list.split(",").flatMap((item) =>
      item.trim() === "peers" ? PEERS.flatMap(formsOf) : [parseSubject(item.trim())]
    );
  const chosen = overflow === "block"
    ? all
    : all.filter(({ entry }) => list !== null || entry.kind === "control" || can(entry, overflow))
      .map((choice) => withOverflow(choice, overflow));
  for (const name of isWork ? [BESIDE_WORK, ALWAYS] : [ALWAYS]) {
    if (!chosen.some(({ entry }) => entry.name === name)) chosen.push(parseSubject(name));
  }
  const seen = new Set<string>();
  return chosen.filter((choice) => {
    const label = `${choice.entry.name} ${JSON.stringify(choice.params)}`;
    return !seen.has(label) && seen.add(label);
  });
}

function can({ params }: SubjectEntry, overflow: Overflow): boolean {
  const spec = params.overflow;
  return spec !== undefined && "choices" in spec && spec.choices.includes(overflow);
}

function withOverflow(choice: SubjectChoice, overflow: Overflow): SubjectChoice {
  const { entry, params } = choice;
  if (entry.kind === "control" || "overflow" in params) return choice;
  if (can(entry, overflow)) return { entry, params: parseParams(entry, { ...params, overflow }) };
  const able = SUBJECTS.filter((other) => can(other, overflow)).map(({ name }) => name);
  throw new UsageError(
    `${entry.name} cannot do --overflow ${overflow}; ${able.join(", ")} can`,
  );
}

function variantsOf(entry: SubjectEntry): SubjectChoice[] {
  return entry.variants.map((variant) => ({ entry, params: parseParams(entry, variant) }));
}

function formsOf({ forms = [{}], ...peer }: Peer): SubjectChoice[] {
  return forms.map((form) => ({
    entry: SUBJECTS.find(({ name }) => name === peer.name)!,
    params: parseParams(peer, form),
  }));
}

/** Parses `channel:drain=batch`. @throws {UsageError} */
export function parseSubject(item: string, option = "--strategies"): SubjectChoice {
  const [name, ...settings] = item.split(":");
  const entry = SUBJECTS.find((subject) => subject.name === name);
  if (entry === undefined) {
    throw new UsageError(
      `there is no strategy "${name}"; ${option} takes ${SUBJECTS.map((s) => s.name).join(", ")}`,
    );
  }
  const given = Object.fromEntries(settings.map((setting) => {
    const [key, ...value] = setting.split("=");
    return [key, value.join("=")];
  }));
  try {
    return { entry, params: parseParams(entry, given) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * The label `channel:drain=each`: with the parameters that distinguish a strategy's variants, and those that were
 * changed.
 */
export function subjectLabel(name: string, params: Params): string {
  const entry = SUBJECTS.find((subject) => subject.name === name);
  const shown = Object.entries(params).filter(([key, value]) =>
    entry === undefined || String(value) !== String(entry.params[key]?.default) ||
    entry.variants.some((variant) => key in variant)
  );
  return [name, ...shown.map(([key, value]) => `${key}=${value}`)].join(":");
}
