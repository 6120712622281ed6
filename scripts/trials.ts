/**
 * Makes small benches fail in every way that the table of kinds lists, and reports where one did not end as it should.
 */
import { existsSync } from "node:fs";
import { RUNTIME_KINDS, type RuntimeKind } from "../bench/runtime.ts";
import { command, EXIT, runMain, UsageError } from "./cli/command.ts";
import { painter } from "./cli/paint.ts";
import { count } from "./cli/values.ts";
import { terminalTable } from "./report/table.ts";
import { KINDS } from "./testing/trials/kinds.ts";
import { type Claim, type Outcome, perform, type Trial } from "./testing/trials/trial.ts";

const CLAIMS: Claim[] = ["orphans", "exit", "line", "csv", "resume"];

await runMain("trials", async () => {
  const program = command(
    "trials",
    "Put faults into small benches at random moments: each must end cleanly and be resumable.",
  )
    .option("--only <kinds>", "only these kinds of faults, separated by commas")
    .option("--launchers <list>", "what runs the launcher", RUNTIME_KINDS.join())
    .option("--repeats <number>", "trials of each kind and launcher", count(1), 5)
    .option("--seed <number>", "seed for the first trials; each repeat takes the next", count(0), 1)
    .addHelpText("after", `\nKinds: ${Object.keys(KINDS).join(", ")}`)
    .parse(process.argv);
  if (!existsSync("/proc/self/environ")) {
    throw new UsageError("trials look for processes in /proc, which this system does not have");
  }
  const { only, launchers, repeats, seed } = program.opts();
  const kinds = chosen("--only", only ?? Object.keys(KINDS).join(), Object.keys(KINDS));
  const outcomes: [Trial, Outcome][] = [];
  for (let at = 0; at < repeats; at++) {
    for (const launcher of chosen("--launchers", launchers, RUNTIME_KINDS) as RuntimeKind[]) {
      for (const kind of kinds) {
        const trial = { kind, launcher, seed: seed + at };
        const started = performance.now();
        const outcome = await perform(trial, "script").catch(unperformed);
        outcomes.push([trial, outcome]);
        tell(trial, outcome, performance.now() - started);
      }
    }
  }
  console.log(`\n${table(kinds, outcomes)}`);
  const unmet = kinds.filter((kind) =>
    !outcomes.some(([trial, { struck }]) => trial.kind === kind && struck)
  );
  if (unmet.length > 0) {
    console.error(
      `trials: these never struck, so nothing is known of them: ${unmet.join(", ")}; add --repeats`,
    );
  }
  const found = outcomes.some(([, { findings }]) => findings.length > 0);
  return found || unmet.length > 0 ? EXIT.failed : EXIT.ok;
});

/** A machine that is too busy for one trial must not end all others. */
function unperformed({ message }: Error): Outcome {
  return { struck: false, code: null, findings: [{ claim: "exit", what: `no trial: ${message}` }] };
}

function chosen(option: string, list: string, all: readonly string[]): string[] {
  const names = list.split(",");
  const unknown = names.find((name) => !all.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`${option} ${unknown}: there is none; there are ${all.join(", ")}`);
}

function tell({ kind, launcher, seed }: Trial, { struck, code, findings }: Outcome, ms: number) {
  const how = findings.length === 0 ? "held" : "FAILED";
  const when = struck ? "" : ", ended before the fault";
  console.log(
    `${kind} ${launcher} seed ${seed}: ${how}, exit ${code}${when}, ${Math.round(ms / 100) / 10} s`,
  );
  for (const { claim, what } of findings) console.log(`  ${claim}: ${what}`);
  if (findings.length > 0) {
    console.log(
      `  again: npm run trials -- --only ${kind} --launchers ${launcher} --seed ${seed} --repeats 1`,
    );
  }
}

function table(kinds: readonly string[], outcomes: [Trial, Outcome][]): string {
  const row = (name: string, of: [Trial, Outcome][]) => [
    name,
    String(of.length),
    String(of.filter(([, { struck }]) => struck).length),
    ...CLAIMS.map((claim) =>
      String(of.filter(([, { findings }]) => findings.some((one) => one.claim === claim)).length)
    ),
  ];
  return terminalTable({
    head: [
      "kind",
      "trials",
      "struck",
      "orphans",
      "wrong exit",
      "no clear line",
      "bad CSV",
      "not resumed",
    ],
    words: [0],
    rows: [
      ...kinds.map((kind) => row(kind, outcomes.filter(([trial]) => trial.kind === kind))),
      row("all", outcomes),
    ],
  }, painter(process.stdout));
}
