/**
 * `latency.hlog`: the whole distribution of every run of an open loop, in the log format of HdrHistogram (1.3, with
 * histograms encoded as V2), so that its plotters and log processors can read what the columns only summarize.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunReport } from "../../bench/process/spec.ts";
import { identityOf } from "./cell_key.ts";
import { wholeLines } from "./csv.ts";
import type { Cell } from "./plan.ts";

export const HISTOGRAM_LOG = "latency.hlog";

/** What identifies an interval of the log: how long the messages of one run waited, up to one of two ends. */
export interface HistogramTag {
  runtime: string;
  /** As written by `labelOf`. */
  label: string;
  producers: number;
  workers: number;
  messageBytes: number;
  /** Value of the column `load`. */
  load: string;
  /** Where the wait ends: at the consumer's receive(), or when the listener has read the message. */
  end: "hand-off" | "end-to-end";
}

/** The columns of a cell that a tag needs, all of which are known. */
type Identified = Omit<HistogramTag, "end" | "messageBytes"> & { message_bytes: number };

/** Values are stored in nanoseconds, since readers of the log assume that when they convert them. */
const NS_PER_US = 1_000;
const NS_PER_MS = 1_000_000;
/** The largest value: one hour, in ns. */
const MOST_NS = 3_600e9;
const DIGITS = 3;

export class HistogramLog {
  readonly #path: string;
  /** Whether this process has made sure that what it appends begins a line. */
  #isOpen = false;

  /** Creates nothing before the first interval, so that only folders with an open loop have this file. */
  constructor(folderPath: string) {
    this.#path = join(folderPath, HISTOGRAM_LOG);
  }

  /** Appends both ends of every run. @param runs verified runs of one process of the cell, which has just ended */
  keep(cell: Cell, runs: readonly RunReport[]): void {
    const { runtime, label, producers, workers, message_bytes, load } = identityOf(
      cell,
    ) as Identified;
    const tag = { runtime, label, producers, workers, messageBytes: message_bytes, load };
    for (const { waits, elapsedUs } of runs) {
      const seconds = elapsedUs / 1e6;
      const start = Date.now() / 1_000 - seconds;
      const { handOff, endToEnd } = waits!.counts;
      for (const [end, counts] of [["hand-off", handOff], ["end-to-end", endToEnd]] as const) {
        if (counts.length === 0) continue;
        this.append({ ...tag, end }, start, seconds, counts);
      }
    }
  }

  /**
   * Appends one interval. A wait below 0, which clocks that differ can give, counts as 0, and one above an hour as an
   * hour.
   * @param startSeconds start of the run in seconds since 1970, UTC
   * @param seconds how long the run took
   * @param counts how many messages waited how long, µs
   */
  append(
    tag: HistogramTag,
    startSeconds: number,
    seconds: number,
    counts: readonly (readonly [us: number, count: number])[],
  ): void {
    const { build, HistogramLogWriter } = library();
    const histogram = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: MOST_NS,
      numberOfSignificantValueDigits: DIGITS,
      bitBucketSize: 64,
    });
    for (const [us, count] of counts) {
      const ns = Math.round(Math.min(Math.max(us * NS_PER_US, 0), MOST_NS));
      histogram.recordValueWithCount(ns, count);
    }
    histogram.tag = tagText(tag);
    this.#open(startSeconds);
    const lines: string[] = [];
    new HistogramLogWriter((line) => lines.push(line))
      .outputIntervalHistogram(histogram, startSeconds, startSeconds + seconds, NS_PER_MS);
    appendFileSync(this.#path, lines.join(""));
  }

  /** Begins the file, or cuts off a last line that a kill left incomplete. */
  #open(startSeconds: number): void {
    if (this.#isOpen && existsSync(this.#path)) return;
    this.#isOpen = true;
    const text = existsSync(this.#path) ? readFileSync(this.#path) : Buffer.alloc(0);
    const whole = text.lastIndexOf("\n") + 1;
    if (whole === 0) writeFileSync(this.#path, heading(startSeconds));
    else if (whole < text.length) truncateSync(this.#path, whole);
  }
}

/** Joins the logs of several folders in one, under one heading, without lines that a kill left incomplete. */
export function joinHistograms(sources: readonly string[], target: string): void {
  const texts = sources.map((source) => join(source, HISTOGRAM_LOG)).filter(existsSync)
    .map((path) => wholeLines(readFileSync(path, "utf8")));
  if (texts.length === 0) return;
  const [first, ...more] = texts;
  const intervals = more.flatMap((text) => text.match(/^Tag=.*\n/gm) ?? []);
  writeFileSync(join(target, HISTOGRAM_LOG), first + intervals.join(""));
}

function heading(startSeconds: number): string {
  const lines: string[] = [];
  const { HistogramLogWriter } = library();
  const writer = new HistogramLogWriter((line) => lines.push(line));
  writer.outputLogFormatVersion();
  writer.outputComment(`[StartTime: ${startSeconds.toFixed(3)} (seconds since epoch)]`);
  writer.outputComment(
    "Values are nanoseconds from when a message was due; Interval_Max is milliseconds. " +
      "Tag: runtime|label|producers|workers|bytes|load|end, and _ for blanks and commas.",
  );
  writer.outputLegend();
  return lines.join("");
}

/** Readers end a field at commas and blanks, and here | does so, too. */
function tagText(tag: HistogramTag): string {
  const { runtime, label, producers, workers, messageBytes, load, end } = tag;
  return [runtime, label, producers, workers, messageBytes, load, end]
    .map((field) => String(field).replace(/[\s,|]+/g, "_")).join("|");
}

/** Loaded only when there is something to write, since loading takes about as long as a short command. */
function library(): typeof import("hdr-histogram-js") {
  return createRequire(import.meta.url)("hdr-histogram-js");
}
