/** What a fault gets when it strikes, and how it describes itself. */
import type { RuntimeKind } from "../../../bench/runtime.ts";
import { processOf, type Role, waitFor } from "./processes.ts";

export interface Stage {
  launcher: RuntimeKind;
  /** The runtime that the cells run under. */
  cell: RuntimeKind;
  /** A folder for this trial alone, which contains `out`. */
  folder: string;
  /** Where the results go. */
  out: string;
  mark: string;
  next: () => number;
  /** Resolves after a random time of at most this long (ms); earlier where the trial must not come too late. */
  hesitate(mostMs: number): Promise<void>;
  /** Whether the command has ended. */
  isOver(): boolean;
  stderr(): string;
  /** Id of the process that was started: npm, `deno task` or `bun run`. */
  pid(): number;
}

export interface Fault {
  /** Options that the bench gets. */
  args?: string[];
  /** Variables that are added to the launcher's environment. */
  env?: Record<string, string>;
  /** A program, with its arguments, that starts the bench. */
  through?: string[];
  /** Name in `faulty_cell.ts` of a fault that every cell has. */
  cell?: string;
  /** A file that is loaded into launcher and cells before anything else. */
  preload?: string;
  /** Called when the bench starts. Resolves with whether the fault has occurred; left out: it has. */
  strike?: () => Promise<boolean>;
  hasStruck?: () => boolean;
  /** Correct exit codes if the fault has occurred, in addition to the one that follows from the rows. */
  codes?: readonly number[];
  /** Only `codes` are correct. */
  always?: boolean;
  /** What the bench must print if it ended with the first of `codes` and there are results. */
  says?: RegExp;
  /** Repairs what was wrong, so that `--resume` can go on. */
  heal?: () => void;
  close?: () => Promise<void>;
}

/** Makes the description of what goes wrong. Called before the bench starts. */
export type Kind = (stage: Stage) => Fault | Promise<Fault>;

/** A fault strikes within this time after it could first do so (ms); about as long as the bench of a trial takes. */
const WHILE_MS = 2_000;

/**
 * Waits for a process of that role and then for a random time. Resolves with the id of such a process; null if the
 * bench has ended before.
 */
export async function momentOf(stage: Stage, role: Role): Promise<number | null> {
  const find = () => processOf(stage.mark, role);
  if (await waitFor(find, stage.isOver) === null) return null;
  await stage.hesitate(WHILE_MS);
  // A cell may have ended meanwhile, and another one begun.
  return (await waitFor(find, stage.isOver))?.pid ?? null;
}
