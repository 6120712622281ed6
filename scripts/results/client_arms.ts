/**
 * Which of the chosen subjects a client measures: its arms, each of which is a strategy of the suite or has a name of
 * its own.
 */
import { type SubjectEntry, SUBJECTS } from "../../bench/subjects/registry.ts";
import { UsageError } from "../cli/command.ts";
import type { Client } from "../processes/clients.ts";
import type { Runtime } from "../processes/runtimes.ts";
import { ALWAYS, parseSubject, type SubjectChoice } from "./subjects.ts";

interface Planned extends SubjectChoice {
  /** The client's name for it. */
  arm?: string;
}

/**
 * The subjects that are measured under a runtime or client. For a client, those of its arms that were chosen, and all
 * of its arms for which the suite has no name.
 * @throws {UsageError} if an arm gives a strategy of the suite parameters that it does not have
 */
export function subjectsUnder(
  runtime: Runtime | Client,
  chosen: readonly SubjectChoice[],
): Planned[] {
  if (runtime.kind !== "client") return [...chosen];
  const planned = Object.entries(runtime.arms).flatMap(([arm, label]): Planned[] => {
    const own = SUBJECTS.every(({ name }) => name !== label.split(":")[0]);
    if (own) return [{ entry: unbounded(label, "blocking"), params: {}, arm }];
    const { entry, params } = parseSubject(label, `--client ${runtime.label}`);
    const isChosen = chosen.some((other) =>
      other.entry.name === entry.name && JSON.stringify(other.params) === JSON.stringify(params)
    );
    return isChosen ? [{ entry: unbounded(entry.name, entry.kind), params, arm }] : [];
  });
  const keys = planned.map(({ entry, params }) => JSON.stringify([entry.name, params]));
  const twice = planned.find((_, at) => keys.indexOf(keys[at]) < at);
  if (twice !== undefined) {
    throw new UsageError(
      `--client ${runtime.label} has two arms that stand for the same ${twice.entry.name}`,
    );
  }
  // The fixed cost is always asked for, so it does not count as something that was chosen.
  if (planned.some(({ entry }) => entry.name !== ALWAYS || chosen.length === 1)) return planned;
  throw new UsageError(
    `--client ${runtime.label} has none of what was chosen; it has ${
      Object.values(runtime.arms).join(", ")
    }`,
  );
}

/** A subject without limits, since the client decides how it stores what waits. */
function unbounded(name: string, kind: SubjectEntry["kind"]): SubjectEntry {
  return {
    name,
    kind,
    summary: "",
    params: {},
    variants: [],
    largestMessage: () => Infinity,
    capacityRange: () => ({ least: 1, largest: Infinity }),
  };
}

/** The properties of a cell that a client may not support. */
interface Asked {
  sink: string;
  load: unknown;
  turn: number;
  producers: number;
  workers: number;
  messageBytes: number;
  leastBytes: number;
  workload: string;
  workUs: number;
}

/** The reason why a client cannot run a cell, or null. */
export function lackOf(client: Client, cell: Asked): string | null {
  const { threads, messageBytes: [least, largest] } = client;
  if (cell.sink === "none") return "a client sends over a socket, and --sink none has none";
  if (cell.load !== null) return "a client has no open loop";
  if (cell.workload !== "bytes") return `a client sends bytes, and no workload of ${cell.workload}`;
  if (cell.leastBytes < cell.messageBytes) return "a client sends messages of one size";
  if (cell.workUs > 0) return "a client's producers do not work between messages";
  if (cell.turn > 0) return "a client runs each producer to its end, without --turn";
  if (Math.min(cell.workers, cell.producers) > threads) {
    return `it takes ${threads} threads of producers at most`;
  }
  if (cell.messageBytes < least || cell.messageBytes > largest) {
    return `it sends messages of ${least} to ${largest} bytes`;
  }
  return null;
}
