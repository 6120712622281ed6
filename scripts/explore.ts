/** Runs a strategy's small cases in every order of their steps, as far as a bound on preemptions goes. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { PlantedSource } from "../bench/testing/planted.ts";
import { type Case, casesOf, EXPLORED } from "../strategies/testing/explore/cases.ts";
import { explore, Stage } from "../strategies/testing/explore/search.ts";
import {
  fewestPreemptions,
  formatSchedule,
  parseSchedule,
  traceOf,
} from "../strategies/testing/explore/trace.ts";
import { INTERLEAVINGS } from "../strategies/testing/mutations/interleavings.ts";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { count } from "./cli/values.ts";
import { writeRow } from "./report/kept_table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCE = pathToFileURL(ROOT).href.replace(/\/$/, "");
const EXPLORED_HEAD = [
  "strategy",
  "case",
  "schedules",
  "longest, steps",
  "stops",
  "explored",
  "result",
];
const PLANTED_HEAD = [
  "strategy",
  "planted",
  "case",
  "found as",
  "schedules until then",
  "preemptions",
];
const PAGE = `${ROOT}docs/reliability.md`;

await runMain("explore", async () => {
  const program = command(
    "explore",
    "Run the small cases of strategies on real threads in every order of their steps.",
  )
    .argument("[strategies...]", `of ${EXPLORED.join(", ")}; none: all`)
    .option(
      "--preemptions <number>",
      "turns taken from a thread that could go on, at most",
      count(0),
      2,
    )
    .option("--most <number>", "schedules of a case, at most", count(1), 20_000)
    .option("--case <text>", "only cases whose name contains it", "")
    .option(
      "--planted [text]",
      "plant known mistakes instead (whose name contains it); each must be found",
    )
    .option("--replay <schedule>", "run one schedule of the case, and print what each step does")
    .option("--write-table", "write what was found into docs/reliability.md")
    .parse(process.argv);
  const options = program.opts();
  const names = program.args.length > 0 ? program.args : EXPLORED;
  for (const name of names) {
    if (!EXPLORED.includes(name)) {
      throw new UsageError(`there are no cases of "${name}"; there are of ${EXPLORED.join(", ")}`);
    }
  }
  const cases = names.flatMap(casesOf).filter(({ name }) => name.includes(options.case));
  if (cases.length === 0) throw new UsageError(`no case has "${options.case}" in its name`);
  const { preemptions, most } = options;
  if (options.replay !== undefined) {
    return await replay(
      cases.find(({ name }) => name === options.case) ?? cases[0],
      options.replay,
      options.planted,
    );
  }
  if (options.planted === undefined) {
    let failed = false;
    for (const one of cases) {
      const { row, found } = await exploreCase(one, preemptions, most);
      if (options.writeTable) writeTable("explored", EXPLORED_HEAD, row);
      failed ||= found;
    }
    return failed ? EXIT.failed : EXIT.ok;
  }
  const text = options.planted === true ? "" : options.planted;
  let escaped = 0;
  const bugs = INTERLEAVINGS.filter(({ subject, name }) =>
    names.includes(subject) && name.includes(text)
  );
  if (bugs.length === 0) {
    throw new UsageError(`nothing that is planted into these has "${text}" in its name`);
  }
  for (const bug of bugs) {
    const row = await findPlanted(bug, cases, preemptions, most);
    if (options.writeTable) writeTable("planted", PLANTED_HEAD, row);
    if (row[3] === "not found") escaped++;
  }
  return escaped === 0 ? EXIT.ok : EXIT.failed;
});

async function exploreCase(one: Case, preemptions: number, most: number) {
  const stage = await Stage.open(one, SOURCE);
  try {
    const { found, complete, schedules, longest } = await explore(stage, preemptions, most);
    const how = complete
      ? `all, ≤ ${preemptions} preemptions`
      : `a part, ≤ ${preemptions} preemptions`;
    const row = [
      one.strategy,
      one.name,
      String(schedules),
      String(longest),
      String(stage.races.size),
      how,
      found?.violation ?? "held",
    ];
    console.log(row.join(" | "));
    if (found === null) return { row, found: false };
    const least = await fewestPreemptions(stage, found.preemptions, most);
    const { choices } = least.found ?? found;
    await tell(one, SOURCE, choices, stage.races);
    return { row, found: true };
  } finally {
    await stage.close();
  }
}

async function findPlanted(
  bug: (typeof INTERLEAVINGS)[number],
  cases: readonly Case[],
  preemptions: number,
  most: number,
): Promise<string[]> {
  const source = new PlantedSource();
  source.plant([bug]);
  const root = pathToFileURL(source.folder).href;
  let schedules = 0;
  try {
    for (const one of cases.filter(({ strategy }) => strategy === bug.subject)) {
      const stage = await Stage.open(one, root);
      try {
        const result = await fewestPreemptions(stage, preemptions, most);
        schedules += result.schedules;
        if (result.found === null) continue;
        const { violation, choices } = result.found;
        const row = [
          bug.subject,
          bug.name,
          one.name,
          violation,
          String(schedules),
          String(result.found.preemptions),
        ];
        console.log(row.join(" | "));
        console.log(`  ${again(one, choices, stage.races, bug.name)}`);
        return row;
      } finally {
        await stage.close();
      }
    }
    console.log(`${bug.subject} | ${bug.name} | NOT FOUND in ${schedules} schedules`);
    return [bug.subject, bug.name, "", "not found", String(schedules), ""];
  } finally {
    source.remove();
  }
}

/** The stops of a schedule belong to it, and stand behind it. */
async function replay(one: Case, text: string, planted: string | undefined): Promise<number> {
  const bug = INTERLEAVINGS.find(({ subject, name }) =>
    planted !== undefined && subject === one.strategy && name.includes(planted)
  );
  if (planted !== undefined && bug === undefined) {
    throw new UsageError(
      `nothing that is planted into ${one.strategy} has "${planted}" in its name`,
    );
  }
  const [schedule, stops = ""] = text.split("@");
  if (!/^(\d+(,\d+)*)?$/.test(stops)) {
    throw new UsageError(`"${stops}" is no list of stops: repeat the whole text behind "again:"`);
  }
  const source = bug === undefined ? null : new PlantedSource();
  if (bug !== undefined) source?.plant([bug]);
  try {
    const choices = parse(schedule);
    const root = source === null ? SOURCE : pathToFileURL(source.folder).href;
    return await tell(
      one,
      root,
      choices,
      new Set(stops.split(",").filter(Boolean).map(Number)),
      bug?.name,
    );
  } finally {
    source?.remove();
  }
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
  console.log(`${one.strategy}, ${one.name}:\n${lines.join("\n")}\n${violation ?? "held"}`);
  console.log(again(one, choices, stops, planted));
  return violation === null ? EXIT.ok : EXIT.failed;
}

/** The command that runs this schedule once more. */
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

function writeTable(name: string, head: readonly string[], row: string[]): void {
  const order = name === "explored"
    ? EXPLORED.flatMap(casesOf).map((one) => `${one.strategy} ${one.name}`)
    : INTERLEAVINGS.map((bug) => `${bug.subject} ${bug.name}`);
  writeRow({ page: PAGE, name, head, order }, row);
}
