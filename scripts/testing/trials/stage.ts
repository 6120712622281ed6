/** What a fault finds when it strikes, and what it says of itself. */
import type { RuntimeKind } from "../../../bench/runtime.ts";
import { processOf, type Role, sleep, waitFor } from "./processes.ts";

export interface Stage {
  launcher: RuntimeKind;
  /** Which runtime the cells run under. */
  cell: RuntimeKind;
  /** Of this trial alone; `out` lies in it. */
  folder: string;
  /** Where the results go. */
  out: string;
  mark: string;
  next: () => number;
  /** Whether the command has ended. */
  isOver(): boolean;
  stderr(): string;
  /** Of the process that was started: npm, `deno task` or `bun run`. */
  pid(): number;
}

export interface Fault {
  /** Options that the bench gets. */
  args?: string[];
  /** What the launcher finds in its environment. */
  env?: Record<string, string>;
  /** A program and its arguments that starts the bench. */
  through?: string[];
  /** What goes wrong in every cell, by its name in `faulty_cell.ts`. */
  cell?: string;
  /** Loaded into launcher and cells before anything else. */
  preload?: string;
  /** Begins when the bench does; says whether it has met what it was to meet. Left out: it has. */
  strike?: () => Promise<boolean>;
  hasStruck?: () => boolean;
  /** Exit codes that are right where it has struck, beside the one that the rows ask for. */
  codes?: readonly number[];
  /** These codes alone are right. */
  always?: boolean;
  /** What it says where it has ended with the first of these codes and there are results. */
  says?: RegExp;
  /** What was wrong is right again, so that `--resume` can go on. */
  heal?: () => void;
  close?: () => Promise<void>;
}

/** A description of what goes wrong: called before the bench starts. */
export type Kind = (stage: Stage) => Fault | Promise<Fault>;

/** Within so long from when it can be met, ms: about what the bench of a trial takes. */
const WHILE_MS = 2_000;

/** A random moment from the start of a process on; null where the bench has ended before. */
export async function momentOf(stage: Stage, role: Role): Promise<number | null> {
  const find = () => processOf(stage.mark, role);
  if (await waitFor(find, stage.isOver) === null) return null;
  await sleep(stage.next() * WHILE_MS);
  // Cells come and go.
  return (await waitFor(find, stage.isOver))?.pid ?? null;
}
