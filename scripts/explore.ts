/** Runs small cases of a strategy in every order of their steps, up to a bound on preemptions. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { PlantedSource } from "../bench/testing/planted.ts";
import { type Case, casesOf, EXPLORED } from "../strategies/testing/explore/cases.ts";
import { explore, Stage } from "../strategies/testing/explore/search.ts";
import {
  fewestPreemptions,
  formatSchedule,
  parseSchedule,
  traceOf,
  withoutLoops,
} from "../strategies/testing/explore/trace.ts";
import { stress } from "../strategies/testing/explore/stress.ts";
import { INTERLEAVINGS } from "../strategies/testing/mutations/interleavings.ts";
import type { Mutation } from "../strategies/testing/mutations/mutation.ts";
import { command, EXIT, refuse, runMain, UsageError } from "./cli/command.ts";
import { count } from "./cli/values.ts";
import { keepRow, type KeptTable } from "./report/kept_table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCE = pathToFileURL(ROOT).href.replace(/\/$/, "");
/** Written in place of a planted mistake if the source is unchanged. */
const NOTHING = "nothing";
const EXPLORED_TABLE: KeptTable = {
  name: "explored",
  head: [
    "strategy",
    "case",
    "schedules",
    "seconds",
    "longest, steps",
    "stops",
    "explored",
    "result",
  ],
  words: [0, 1, 6, 7],
  known: EXPLORED.flatMap(casesOf).map((one) => [one.strategy, one.name]),
};
const PLANTED_TABLE: KeptTable = {
  name: "planted",
  head: [
    "strategy",
    "planted",
    "case",
    "found as",
    "schedules until then",
    "seconds",
    "preemptions",
    "caught by stress",
  ],
  words: [0, 1, 2, 3, 7],
  known: EXPLORED.flatMap((strategy) =>
    [
      [strategy, NOTHING],
      ...INTERLEAVINGS.filter((bug) => bug.subject === strategy).map((bug) => [strategy, bug.name]),
    ] as [string, string][]
  ),
};
const PAGE = `${ROOT}docs/reliability.md`;

await runMain("explore", async () => {
  const program = command(
    "explore",
    "Run the small cases of strategies on real threads in every order of steps with few preemptions.",
  )
    .argument("[strategies...]", `of ${EXPLORED.join(", ")}; none: all`)
    .option(
      "--preemptions <number>",
      "at most so many switches away from a thread that could go on",
      count(0),
      2,
    )
    .option("--most <number>", "at most so many schedules of a case", count(1), 20_000)
    .option("--case <text>", "only cases of this name, or whose name contains it", "")
    .option(
      "--planted [text]",
      "plant all known mistakes, or those whose name contains this text; each must be found",
    )
    .option(
      "--stress <number>",
      "with --planted: also run this many trials with random stalls, and count those that catch it",
      count(1),
    )
    .option("--seed <number>", "seed for the stalls", count(0), 1)
    .option("--replay <schedule>", "run one schedule of the case, and print what each step does")
    .option("--write-table", "write what was found into docs/reliability.md")
    .parse(process.argv);
  const options = program.opts();
  const names = program.args.length > 0 ? program.args : EXPLORED;
  const unknown = names.find((name) => !EXPLORED.includes(name));
  refuse(
    unknown !== undefined &&
      `there are no cases of "${unknown}"; there are of ${EXPLORED.join(", ")}`,
  );
  const named = names.flatMap(casesOf).filter(({ name }) => name.includes(options.case));
  const exactly = named.filter(({ name }) => name === options.case);
  const cases = exactly.length > 0 ? exactly : named;
  const { preemptions, most, seed } = options;
  refuse(
    cases.length === 0 && `no case has "${options.case}" in its name`,
    options.stress !== undefined && options.planted === undefined &&
      "--stress counts what catches planted mistakes: add --planted",
    options.stress === undefined && program.getOptionValueSource("seed") === "cli" &&
      "--seed is that of the stalls: add --stress",
    options.replay !== undefined && options.writeTable === true &&
      "--write-table is for what a search finds: leave it out, or --replay",
    options.replay !== undefined && options.planted === true &&
      "--replay needs the name of what is planted: add it behind --planted",
  );
  if (options.replay !== undefined) {
    return await replay(cases[0], options.replay, options.planted);
  }
  if (options.planted === undefined) {
    let failed = false;
    for (const one of cases) {
      const { row, found } = await exploreCase(one, preemptions, most);
      if (options.writeTable) keepRow(PAGE, EXPLORED_TABLE, row);
      failed ||= found;
    }
    return failed ? EXIT.failed : EXIT.ok;
  }
  const text = options.planted === true ? "" : options.planted;
  let escaped = 0;
  const bugs = INTERLEAVINGS.filter(({ subject, name }) =>
    names.includes(subject) && name.includes(text)
  );
  refuse(bugs.length === 0 && `nothing that is planted into these has "${text}" in its name`);
  const stressed = (subject: string, root: string) =>
    underStress(subject, root, options.stress, seed);
  const tell = (row: (string | null)[]) => {
    console.log(row.join(" | "));
    if (options.writeTable) keepRow(PAGE, PLANTED_TABLE, row);
  };
  for (const subject of new Set(bugs.map((bug) => bug.subject))) {
    if (options.stress === undefined) continue;
    const caught = await stressed(subject, SOURCE);
    tell([subject, NOTHING, "", "", "", "", "", caught]);
    if (!caught.startsWith("0 ")) escaped++;
  }
  for (const bug of bugs) {
    await inSource(bug, async (root) => {
      const { row, repeat } = await findPlanted(bug, cases, root, preemptions, most);
      // Null keeps the count of an earlier stress run on the page.
      tell([...row, options.stress === undefined ? null : await stressed(bug.subject, root)]);
      if (repeat === null) escaped++;
      else console.log(`  ${repeat}`);
    });
  }
  return escaped === 0 ? EXIT.ok : EXIT.failed;
});

/** Uses the source with a mistake planted, or unchanged. @param use gets the source's folder, as a URL */
async function inSource<T>(
  bug: Mutation | undefined,
  use: (root: string) => Promise<T>,
): Promise<T> {
  if (bug === undefined) return await use(SOURCE);
  const source = new PlantedSource();
  try {
    source.plant([bug]);
    return await use(pathToFileURL(source.folder).href);
  } finally {
    source.remove();
  }
}

async function exploreCase(one: Case, preemptions: number, most: number) {
  const stage = await Stage.open(one, SOURCE);
  const since = performance.now();
  try {
    const { found, complete, schedules, longest } = await explore(stage, preemptions, most);
    const how = `${complete ? "all" : "a part"}, ≤ ${preemptions} preemptions`;
    const row = [
      one.strategy,
      one.name,
      String(schedules),
      String(seconds(since)),
      String(longest),
      String(stage.races.size),
      how,
      found?.violation ?? "held",
    ];
    console.log(row.join(" | "));
    if (found === null) return { row, found: false };
    const least = await fewestPreemptions(stage, found.preemptions, most);
    await tell(one, SOURCE, (least.found ?? found).prefix, stage.races);
    return { row, found: true };
  } finally {
    await stage.close();
  }
}

/**
 * Explores one case after the other with at most one preemption, then all of them with two and so on, until one fails.
 */
async function findPlanted(
  bug: Mutation,
  cases: readonly Case[],
  root: string,
  preemptions: number,
  most: number,
): Promise<{ row: string[]; repeat: string | null }> {
  const since = performance.now();
  let schedules = 0;
  for (let bound = Math.min(1, preemptions); bound <= preemptions; bound++) {
    for (const one of cases.filter(({ strategy }) => strategy === bug.subject)) {
      const stage = await Stage.open(one, root);
      try {
        const { found, schedules: more } = await explore(stage, bound, most);
        schedules += more;
        if (found === null) continue;
        const { violation, prefix } = found;
        const figures = [schedules, seconds(since), found.preemptions].map(String);
        return {
          row: [bug.subject, bug.name, one.name, violation, ...figures],
          repeat: again(one, prefix, stage.races, bug.name),
        };
      } finally {
        await stage.close();
      }
    }
  }
  const figures = [schedules, seconds(since)].map(String);
  return { row: [bug.subject, bug.name, "", "not found", ...figures, ""], repeat: null };
}

async function underStress(subject: string, root: string, most: number, seed: number) {
  const { runs, caught } = await stress(
    casesOf(subject).filter(({ name }) => name.startsWith("one by one")),
    root,
    most,
    seed,
  );
  return `${caught} of ${runs}`;
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 100) / 10;
}

/** A replayed schedule is followed by its stops, which are part of it. */
async function replay(one: Case, text: string, planted: string | undefined): Promise<number> {
  const bug = INTERLEAVINGS.find(({ subject, name }) =>
    planted !== undefined && subject === one.strategy && name.includes(planted)
  );
  const [schedule, stops = ""] = text.split("@");
  refuse(
    planted !== undefined && bug === undefined &&
      `nothing that is planted into ${one.strategy} has "${planted}" in its name`,
    !/^(\d+(,\d+)*)?$/.test(stops) &&
      `"${stops}" is no list of stops: repeat the whole text behind "again:"`,
  );
  const choices = parse(schedule);
  const chosen = new Set(stops.split(",").filter(Boolean).map(Number));
  return await inSource(bug, (root) => tell(one, root, choices, chosen, bug?.name));
}

function parse(text: string): number[] {
  try {
    return parseSchedule(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function tell(
  one: Case,
  root: string,
  choices: readonly number[],
  stops: ReadonlySet<number>,
  planted?: string,
) {
  const { lines, violation } = await traceOf(one, root, choices, stops);
  console.log(
    `${one.strategy}, ${one.name}:\n${withoutLoops(lines).join("\n")}\n${violation ?? "held"}`,
  );
  console.log(again(one, choices, stops, planted));
  return violation === null ? EXIT.ok : EXIT.failed;
}

/** The command that runs this schedule again. */
function again(
  one: Case,
  choices: readonly number[],
  stops: ReadonlySet<number>,
  planted?: string,
): string {
  const bug = planted === undefined ? "" : ` --planted "${planted}"`;
  const schedule = `${formatSchedule(choices)}@${[...stops].join(",")}`;
  return `again: npm run explore -- ${one.strategy}${bug} --case "${one.name}" --replay "${schedule}"`;
}
