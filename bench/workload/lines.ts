/**
 * Workloads of JSON lines that differ in length: what a service that looks for squatted domains would stream, and
 * filler of the same lengths, which shows how much of the difference from fixed messages comes from length alone.
 */
import { permutationsOf } from "../../examples/permutations.ts";
import { type Content, jsonMessage, keysOf, lineLetters } from "./messages.ts";
import { REGISTERED } from "./registered.ts";

/** What a run sends: messages of `--message-size`, or lines. */
export const WORKLOADS = ["bytes", "domains", "domains generated", "filler"] as const;
export type Workload = (typeof WORKLOADS)[number];

/** The shortest line in bytes. */
export const SHORTEST_LINE = 40;
/** The longest line in bytes, its line feed included. */
export const LONGEST_LINE = 400;
/** The longest banner of a server: with everything else, a line is then never longer than the longest. */
const BANNER = 192;

const lists = new Map<string, ReturnType<typeof permutationsOf>>();

/** Each list is made once per thread, because making it is the service's work and not that of one line. */
function lookAlikesOf(domain: string) {
  let list = lists.get(domain);
  if (list === undefined) lists.set(domain, list = permutationsOf(domain));
  return list;
}

/** Line `sequence` of `producer`: a look-alike of the producer's domain, with a banner of varying length. ASCII. */
export function domainLine(content: Content): (producer: number, sequence: number) => string {
  const [offset, key] = keysOf(content);
  const letters = lineLetters(content);
  return (producer, sequence) => {
    const of = REGISTERED[(producer + offset) % REGISTERED.length];
    const list = lookAlikesOf(of);
    const { kind, domain } = list[(sequence + key) % list.length];
    const head = `{"producer":${producer},"number":${sequence},"kind":"${kind}",` +
      `"domain":"${domain}","of":"${of}","banner":"`;
    const hash = Math.imul(Math.imul(producer, 31) + sequence ^ key, 0x9e37_79b1) >>> 8;
    return `${head}${letters(producer, sequence, head.length, hash % (BANNER + 1))}"}\n`;
  };
}

/** The same lengths, with nothing but producer, number and letters. */
function fillerLine(content: Content): (producer: number, sequence: number) => string {
  const domain = domainLine(content);
  const letters = lineLetters(content);
  return (producer, sequence) =>
    jsonMessage(producer, sequence, domain(producer, sequence).length, letters);
}

export function lineOf(workload: Workload, content: Content) {
  return workload === "filler" ? fillerLine(content) : domainLine(content);
}

const encoder = new TextEncoder();

/** The lines of one producer, encoded: views of one buffer, in order. */
export function encodedLines(
  line: (producer: number, sequence: number) => string,
  producer: number,
  messages: number,
): Uint8Array[] {
  const lines = Array.from({ length: messages }, (_, sequence) => line(producer, sequence));
  const bytes = encoder.encode(lines.join(""));
  let at = 0;
  return lines.map(({ length }) => bytes.subarray(at, at += length));
}
