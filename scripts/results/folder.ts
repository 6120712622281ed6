/** A results folder. Rows are on the disk as soon as they are known, so an interruption loses nothing. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../command.ts";
import { type Sample, SAMPLE_COLUMNS, type Summary, SUMMARY_COLUMNS } from "./columns.ts";
import { headerLine, parseRows, rowLine } from "./csv.ts";
import { summarize } from "./summary.ts";

const SAMPLES = "samples.csv";
const SUMMARY = "summary.csv";
const ENVIRONMENT = "environment.json";

export class ResultsFolder {
  readonly path: string;
  readonly samples: Sample[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /** Make one under results/, named by a time that another run may have taken in the same second. */
  static createNamed(name: string): ResultsFolder {
    let path = join("results", name);
    for (let twin = 2; existsSync(path); twin++) path = join("results", `${name}-${twin}`);
    return ResultsFolder.create(path);
  }

  /** Make a folder for new results. @throws {UsageError} where it cannot be written or holds some */
  static create(path: string): ResultsFolder {
    if (existsSync(join(path, SAMPLES))) {
      throw new UsageError(`${path} already holds results; choose another --out`);
    }
    try {
      makeFolder(path);
      writeFileSync(join(path, SAMPLES), headerLine(SAMPLE_COLUMNS));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(`cannot write to ${path} (${code}); choose another --out`);
    }
    return new ResultsFolder(path);
  }

  /** Read one. @throws {UsageError} */
  static read(path: string): { samples: Sample[]; environment: unknown } {
    const text = (file: string) => {
      try {
        return readFileSync(join(path, file), "utf8");
      } catch {
        throw new UsageError(`${path} holds no ${file}; give a results folder`);
      }
    };
    const environment = text(ENVIRONMENT);
    try {
      return {
        samples: parseRows(SAMPLE_COLUMNS, text(SAMPLES), join(path, SAMPLES)),
        environment: JSON.parse(environment),
      };
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`${join(path, ENVIRONMENT)} is not JSON`);
    }
  }

  add(samples: readonly Sample[]): void {
    const lines = samples.map((sample) => rowLine(SAMPLE_COLUMNS, sample));
    appendFileSync(join(this.path, SAMPLES), lines.join(""));
    this.samples.push(...samples);
  }

  writeEnvironment(environment: unknown): void {
    this.#replace(ENVIRONMENT, JSON.stringify(environment, null, 2) + "\n");
  }

  /** Recompute summary.csv from all samples so far. */
  writeSummary(): Summary[] {
    const rows = summarize(this.samples);
    const lines = rows.map((row) => rowLine(SUMMARY_COLUMNS, row));
    this.#replace(SUMMARY, headerLine(SUMMARY_COLUMNS) + lines.join(""));
    return rows;
  }

  /** Readers see the old file or the new one, never half of one. */
  #replace(file: string, text: string): void {
    const path = join(this.path, file);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

/** Level by level: Node's recursive mkdir never returns where a parent cannot have children, as in /proc. */
function makeFolder(path: string): void {
  const whole = resolve(path);
  if (existsSync(whole)) return;
  makeFolder(dirname(whole));
  mkdirSync(whole);
}
