/** A results folder. Rows are on the disk as soon as they are known, so an interruption loses nothing. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../cli/command.ts";
import {
  PAIR_COLUMNS,
  type PairRow,
  type Sample,
  SAMPLE_COLUMNS,
  type Summary,
  SUMMARY_COLUMNS,
} from "./columns.ts";
import { joinBacklogs } from "./backlog_file.ts";
import { joinHistograms } from "./histograms.ts";
import { replaceFile } from "./replace_file.ts";
import { headerLine, parseRows, rowLine, tableText } from "./csv.ts";
import { readSamples, type Recovered, recoverSamples } from "./recovery.ts";

const SAMPLES = "samples.csv";
const SUMMARY = "summary.csv";
const PAIRS = "pairs.csv";
const ENVIRONMENT = "environment.json";
/** Apart from the environment, which is meant to be passed on: a plan may name local paths. */
const PLAN = "plan.json";

/** What was asked for: enough to make the same plan again. */
export interface RecordedPlan {
  command: string;
  arguments: string[];
  /** Messages of a producer that the pilot has chosen, by the key of the cell. */
  messages: Record<string, number>;
  /** Messages/s of a cell in an open loop, in the same way. */
  rates: Record<string, number>;
}

export class ResultsFolder {
  readonly path: string;
  readonly samples: Sample[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /** Make one under results/. */
  static createNamed(name: string): ResultsFolder {
    return ResultsFolder.create(unusedFolder(name));
  }

  /** Make a folder for new results. @throws {UsageError} where it cannot be written or holds some */
  static create(path: string): ResultsFolder {
    if (existsSync(join(path, SAMPLES))) {
      throw new UsageError(`${path} already holds results; choose another --out`);
    }
    beginFolder(path, () => writeFileSync(join(path, SAMPLES), headerLine(SAMPLE_COLUMNS)));
    return new ResultsFolder(path);
  }

  /** Go on with one that this process has locked: what a kill left half of is cut off. @throws {UsageError} */
  static reopen(path: string): ResultsFolder {
    const { text, samples } = ResultsFolder.recover(path);
    truncateSync(join(path, SAMPLES), Buffer.byteLength(text));
    // Even the header may have been cut.
    if (samples.length === 0) writeFileSync(join(path, SAMPLES), text);
    const folder = new ResultsFolder(path);
    folder.samples.push(...samples);
    return folder;
  }

  /** What `reopen` would keep; nothing is changed. @throws {UsageError} */
  static recover(path: string): Recovered {
    return recoverSamples(bytesOf(path, SAMPLES), join(path, SAMPLES));
  }

  /** Read one. @throws {UsageError} */
  static read(path: string): { samples: Sample[]; environment: unknown } {
    const environment = ResultsFolder.readEnvironment(path);
    return {
      samples: readSamples(bytesOf(path, SAMPLES), join(path, SAMPLES)),
      environment,
    };
  }

  /** @throws {UsageError} */
  static readEnvironment(path: string): unknown {
    return jsonOf(path, ENVIRONMENT);
  }

  /** @throws {UsageError} */
  static readPlan(path: string): RecordedPlan {
    const advice = "only a run of this version can be resumed";
    const plan = jsonOf(path, PLAN, advice) as Partial<RecordedPlan> | null;
    const isText = (value: unknown) => typeof value === "string";
    const isCount = (value: unknown) =>
      Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 2 ** 32;
    const isRate = (value: unknown) => Number.isFinite(value) && (value as number) > 0;
    if (
      !isText(plan?.command) || !Array.isArray(plan?.arguments) || !plan.arguments.every(isText) ||
      typeof plan.messages !== "object" || plan.messages === null ||
      !Object.values(plan.messages).every(isCount) ||
      typeof plan.rates !== "object" || plan.rates === null ||
      !Object.values(plan.rates).every(isRate)
    ) {
      throw new UsageError(`${join(path, PLAN)} is no plan; ${advice}`);
    }
    return plan as RecordedPlan;
  }

  add(samples: readonly Sample[]): void {
    const lines = samples.map((sample) => rowLine(SAMPLE_COLUMNS, sample)).join("");
    this.#append(lines);
    // As they are on the disk, to the last digit: what is computed now must be what is computed from there.
    this.samples.push(...parseRows(SAMPLE_COLUMNS, headerLine(SAMPLE_COLUMNS) + lines, SAMPLES));
  }

  /** What is known goes to the disk, also where somebody has taken the file away meanwhile. */
  #append(lines: string): void {
    this.#onDisk(SAMPLES, (path) => {
      if (!existsSync(path)) {
        writeFileSync(path, tableText(SAMPLE_COLUMNS, this.samples));
      }
      const { size } = statSync(path);
      try {
        appendFileSync(path, lines);
      } catch (error) {
        // A disk that becomes full takes a part of it.
        if (statSync(path).isFile()) truncateSync(path, size);
        throw error;
      }
    });
  }

  #onDisk(file: string, write: (path: string) => void): void {
    const path = join(this.path, file);
    if (!existsSync(this.path)) {
      throw new Error(`${this.path} is gone, and what was measured with it; the run was stopped`);
    }
    try {
      write(path);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new Error(
        `cannot write to ${path} (${
          code ?? message
        }); what was written before is kept, --resume ${this.path} goes on`,
      );
    }
  }

  writeEnvironment(environment: unknown): void {
    this.write(ENVIRONMENT, JSON.stringify(environment, null, 2) + "\n");
  }

  writePlan(plan: RecordedPlan): void {
    this.write(PLAN, JSON.stringify(plan, null, 2) + "\n");
  }

  writeSummary(rows: readonly Summary[]): void {
    this.write(SUMMARY, tableText(SUMMARY_COLUMNS, rows));
  }

  writePairs(rows: readonly PairRow[]): void {
    this.write(PAIRS, tableText(PAIR_COLUMNS, rows));
  }

  write(file: string, text: string): void {
    this.#onDisk(file, (path) => replaceFile(path, text));
  }
}

/** Rows of several folders in a new one, with their environments side by side. @throws {UsageError} */
export function joinFolders(paths: readonly string[], out: string | null): ResultsFolder {
  const sources = paths.map((path) => ({ path, ...ResultsFolder.read(path) }));
  const seen = new Map<string, string>();
  for (const { path, samples } of sources) {
    for (const session of new Set(samples.map((sample) => sample.session!))) {
      const other = seen.get(session);
      if (other !== undefined) {
        throw new UsageError(
          `${path} and ${other} hold the same session ${session}; give each once`,
        );
      }
      seen.set(session, path);
    }
  }
  const folder = out === null
    ? ResultsFolder.createNamed(`joined-${timestamp()}`)
    : ResultsFolder.create(out);
  folder.writeEnvironment(sources.flatMap(({ environment }) => environment));
  for (const { samples } of sources) folder.add(samples);
  joinHistograms(paths, folder.path);
  joinBacklogs(paths, folder.path);
  return folder;
}

function bytesOf(path: string, file: string, advice = "give a results folder"): Uint8Array {
  try {
    return readFileSync(join(path, file));
  } catch {
    throw new UsageError(`${path} holds no ${file}; ${advice}`);
  }
}

function jsonOf(path: string, file: string, advice?: string): unknown {
  const bytes = bytesOf(path, file, advice);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new UsageError(`${join(path, file)} is not JSON`);
  }
}

/** The time as a folder's name: UTC, to the second. */
export function timestamp(): string {
  return new Date().toISOString().replaceAll(":", "-").replace(/\..*/, "Z");
}

/** A name under results/, made from a time that another run may have taken in the same second. */
export function unusedFolder(name: string): string {
  const first = join("results", name);
  let path = first;
  for (let twin = 2; existsSync(path); twin++) path = `${first}-${twin}`;
  return path;
}

/** Make a folder where there is none, and begin to use it. @throws {UsageError} where either fails */
export function beginFolder(path: string, use: () => void): void {
  try {
    makeFolder(path);
    use();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot write to ${path} (${code}); choose another --out`);
  }
}

/** Level by level: Node's recursive mkdir never returns where a parent cannot have children, as in /proc. */
function makeFolder(path: string): void {
  const whole = resolve(path);
  if (existsSync(whole)) return;
  makeFolder(dirname(whole));
  mkdirSync(whole);
}
