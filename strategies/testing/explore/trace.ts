/** A failing schedule for a person to read: thread, source line, operation and value. */
import type { Case } from "./cases.ts";
import { explore, type Found, Stage } from "./search.ts";
import { BY_TIME, ENTRY, KINDS, LOG } from "./control_block.ts";

const NAMES = ["consumer", "producer 1", "producer 2"];

const MARKS = ["", "'", "!"];

/**
 * The schedule in the form that `--replay` takes: for each step its thread, `c`, `1` or `2`, followed by `'` if time
 * ends its wait or it ends its spin, or by `!` if it dies.
 */
export function formatSchedule(choices: readonly number[]): string {
  return choices.map((choice) => "c12"[choice % BY_TIME] + MARKS[choice >>> 3]).join("");
}

/** @throws {RangeError} */
export function parseSchedule(text: string): number[] {
  if (!/^([c12]['!]?)*$/.test(text)) {
    throw new RangeError(
      `a schedule is made of c, 1 and 2, each with an ' where time ends a wait, or a ! where the thread dies`,
    );
  }
  return Array.from(
    text.matchAll(/([c12])(['!]?)/g),
    ([, who, mark]) => "c12".indexOf(who) + BY_TIME * MARKS.indexOf(mark),
  );
}

/** A failing schedule with as few preemptions as possible, or null. */
export async function fewestPreemptions(
  stage: Stage,
  bound: number,
  most: number,
): Promise<{ found: Found | null; schedules: number }> {
  let schedules = 0;
  for (let preemptions = 0; preemptions <= bound; preemptions++) {
    const explored = await explore(stage, preemptions, most);
    schedules += explored.schedules;
    if (explored.found !== null) return { found: explored.found, schedules };
  }
  return { found: null, schedules };
}

/** The most steps that a loop at the end of a trace may have to be found. */
const LONGEST_LOOP = 200;

/** If the end of a trace repeats the same lines, they are shown twice, and the other repetitions are counted. */
export function withoutLoops(lines: readonly string[]): string[] {
  for (let length = 1; length <= LONGEST_LOOP; length++) {
    let same = 0;
    while (same < lines.length - length && lines.at(-1 - same) === lines.at(-1 - same - length)) {
      same++;
    }
    const turns = Math.floor(same / length) - 1;
    if (turns < 2) continue;
    return [
      ...lines.slice(0, lines.length - turns * length),
      `… ${turns} more turns of the same loop`,
    ];
  }
  return [...lines];
}

/** Runs the schedule again, and says what each step did. */
export async function traceOf(
  explored: Case,
  root: string,
  choices: readonly number[],
  stops: ReadonlySet<number>,
): Promise<{ lines: string[]; violation: string | null }> {
  const stage = await Stage.open(explored, root, true);
  try {
    for (const address of stops) stage.races.add(address);
    stage.promote();
    const { steps, violation } = await stage.run(choices);
    const lines = steps.map(({ choice, last, entry }, i) => {
      const at = LOG + entry * ENTRY;
      const [, kind, address, value] = stage.words.subarray(at, at + 4);
      const place = /strategies\/[^)]*/.exec(stage.places[i] ?? "")?.[0] ?? "";
      return `${choice % BY_TIME === last ? " " : ">"} ${NAMES[choice % BY_TIME].padEnd(10)} ` +
        `${KINDS[kind].padEnd(15)} ${address === 0 ? "" : `@${address}`.padEnd(6)} ${
          address === 0 ? "" : String(value).padEnd(11)
        } ${place}`.trimEnd();
    });
    return { lines, violation };
  } finally {
    await stage.close();
  }
}
