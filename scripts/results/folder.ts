/** A results folder. Rows are written to the disk as soon as they are known, so an interruption loses nothing. */
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
/** A file apart from the environment, which is meant to be passed on, because a plan may contain local paths. */
const PLAN = "plan.json";

/** What was asked for, which is enough to make the same plan again. */
export interface RecordedPlan {
  command: string;
  arguments: string[];
  /** Messages per producer that the pilot has chosen, by the key of the cell. */
  messages: Record<string, number>;
  /** Messages/s that the pilot has chosen for cells of an open loop, by the key of the cell. */
  rates: Record<string, number>;
}

export class ResultsFolder {
  readonly path: string;
  readonly samples: Sample[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes a folder under results/. */
  static createNamed(name: string): ResultsFolder {
    return ResultsFolder.create(unusedFolder(name));
  }

  /** Makes a folder for new results. @throws {UsageError} if it cannot be written, or already has results */
  static create(path: string): ResultsFolder {
    if (existsSync(join(path, SAMPLES))) {
      throw new UsageError(`${path} already holds results; choose another --out`);
    }
    beginFolder(path, () => writeFileSync(join(path, SAMPLES), headerLine(SAMPLE_COLUMNS)));
    return new ResultsFolder(path);
  }

  /**
   * Continues with a folder that this process has locked. What a kill left incomplete is cut off. @throws {UsageError}
   */
  static reopen(path: string): ResultsFolder {
    const { text, samples } = ResultsFolder.recover(path);
    truncateSync(join(path, SAMPLES), Buffer.byteLength(text));
    // The header itself may have been cut off.
    if (samples.length === 0) writeFileSync(join(path, SAMPLES), text);
    const folder = new ResultsFolder(path);
    folder.samples.push(...samples);
    return folder;
  }

  /** What `reopen` would keep; changes nothing. @throws {UsageError} */
  static recover(path: string): Recovered {
    return recoverSamples(bytesOf(path, SAMPLES), join(path, SAMPLES));
  }

  /** Reads a folder. @throws {UsageError} */
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
    // Parsed from the text that is on the disk, so that every digit is what a later command will read.
    this.samples.push(...parseRows(SAMPLE_COLUMNS, headerLine(SAMPLE_COLUMNS) + lines, SAMPLES));
  }

  /** Writes what is known to the disk, even if somebody has removed the file meanwhile. */
  #append(lines: string): void {
    this.#onDisk(SAMPLES, (path) => {
      if (!existsSync(path)) {
        writeFileSync(path, tableText(SAMPLE_COLUMNS, this.samples));
      }
      const { size } = statSync(path);
      try {
        appendFileSync(path, lines);
      } catch (error) {
        // A disk that becomes full may have taken a part of the lines.
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

/** Joins the rows of several folders in a new one, with a list of their environments. @throws {UsageError} */
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

/** The current time as a folder's name: UTC, to the second. */
export function timestamp(): string {
  return new Date().toISOString().replaceAll(":", "-").replace(/\..*/, "Z");
}

/** A path under results/ that does not exist yet: another run may have taken the name in the same second. */
export function unusedFolder(name: string): string {
  const first = join("results", name);
  let path = first;
  for (let twin = 2; existsSync(path); twin++) path = `${first}-${twin}`;
  return path;
}

/** Makes a folder if there is none, and calls `use`. @throws {UsageError} if either fails */
export function beginFolder(path: string, use: () => void): void {
  try {
    makeFolder(path);
    use();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot write to ${path} (${code}); choose another --out`);
  }
}

/** Level by level, since Node's recursive mkdir never returns if a parent cannot have children, as in /proc. */
function makeFolder(path: string): void {
  const whole = resolve(path);
  if (existsSync(whole)) return;
  makeFolder(dirname(whole));
  mkdirSync(whole);
}
