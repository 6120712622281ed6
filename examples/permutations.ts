/**
 * Domains that look like another one, as those who squat on it register them. The kinds and their rules are those of
 * dnstwist (Marcin Ulikowski), homoglyphs in ASCII alone.
 */

/** How a look-alike differs from what it imitates. */
export const KINDS = [
  "bit flip",
  "homoglyph",
  "hyphenation",
  "insertion",
  "omission",
  "repetition",
  "replacement",
  "transposition",
  "vowel swap",
  "added label",
  "other suffix",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Permutation {
  kind: Kind;
  domain: string;
}

const HOMOGLYPHS: Readonly<Record<string, readonly string[]>> = {
  "0": ["o"],
  "1": ["l", "i"],
  "3": ["8"],
  "6": ["9"],
  "8": ["3"],
  "9": ["6"],
  b: ["d", "lb"],
  c: ["e"],
  d: ["b", "cl", "dl"],
  e: ["c"],
  g: ["q"],
  h: ["lh"],
  i: ["1", "l"],
  k: ["lc"],
  l: ["1", "i"],
  m: ["n", "nn", "rn", "rr"],
  n: ["m", "r"],
  o: ["0"],
  q: ["g"],
  w: ["vv"],
};

/** Keys beside each other on a keyboard with the letters in English order. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  "1": "2q",
  "2": "3wq1",
  "3": "4ew2",
  "4": "5re3",
  "5": "6tr4",
  "6": "7yt5",
  "7": "8uy6",
  "8": "9iu7",
  "9": "0oi8",
  "0": "po9",
  q: "12wa",
  w: "3esaq2",
  e: "4rdsw3",
  r: "5tfde4",
  t: "6ygfr5",
  y: "7uhgt6",
  u: "8ijhy7",
  i: "9okju8",
  o: "0plki9",
  p: "lo0",
  a: "qwsz",
  s: "edxzaw",
  d: "rfcxse",
  f: "tgvcdr",
  g: "yhbvft",
  h: "ujnbgy",
  j: "ikmnhu",
  k: "olmji",
  l: "kop",
  z: "asx",
  x: "zsdc",
  c: "xdfv",
  v: "cfgb",
  b: "vghn",
  n: "bhjm",
  m: "njk",
};

const VOWELS = "aeiou";
const SUFFIXES = ["com", "net", "org", "io", "co", "info", "biz", "app", "dev", "xyz", "online"];

/**
 * All look-alikes of a registered domain such as `example.com`, each once under the first kind that makes it, in a
 * fixed order. What stands before the first dot is changed; the rest is its suffix.
 * @throws {RangeError} where it has no suffix, or characters that no domain has
 */
export function permutationsOf(domain: string): Permutation[] {
  const match = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.([a-z0-9.-]*[a-z0-9])$/.exec(domain);
  if (match === null) {
    throw new RangeError(`"${domain}" is not a registered domain such as example.com`);
  }
  const [, label, suffix] = match;
  const seen = new Set([domain]);
  const found: Permutation[] = [];
  const add = (kind: Kind, candidate: string) => {
    if (seen.has(candidate) || !candidate.split(".").every(isLabel)) return;
    seen.add(candidate);
    found.push({ kind, domain: candidate });
  };
  for (const kind of KINDS) {
    if (kind === "other suffix") {
      for (const other of SUFFIXES) add(kind, `${label}.${other}`);
    } else {
      for (const other of CHANGES[kind](label)) add(kind, `${other}.${suffix}`);
    }
  }
  return found;
}

function isLabel(label: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label);
}

const CHANGES: Record<Exclude<Kind, "other suffix">, (label: string) => string[]> = {
  "bit flip": (label) =>
    eachPlace(
      label,
      (before, char, after) =>
        [1, 2, 4, 8, 16, 32, 64, 128].map((bit) =>
          before + String.fromCharCode(char.charCodeAt(0) ^ bit) + after
        ),
    ),
  homoglyph: (label) =>
    eachPlace(
      label,
      (before, char, after) => (HOMOGLYPHS[char] ?? []).map((glyph) => before + glyph + after),
    ),
  hyphenation: (label) => eachGap(label, (before, after) => `${before}-${after}`),
  insertion: (label) =>
    eachPlace(
      label,
      (before, char, after) =>
        before === "" || after === "" ? [] : [...NEIGHBOURS[char] ?? ""].flatMap((key) => [
          before + key + char + after,
          before + char + key + after,
        ]),
    ),
  omission: (label) => eachPlace(label, (before, _, after) => [before + after]),
  repetition: (label) => eachPlace(label, (before, char, after) => [before + char + char + after]),
  replacement: (label) =>
    eachPlace(
      label,
      (before, char, after) => [...NEIGHBOURS[char] ?? ""].map((key) => before + key + after),
    ),
  transposition: (label) =>
    eachGap(
      label,
      (before, after) => before.slice(0, -1) + after[0] + before.slice(-1) + after.slice(1),
    ),
  "vowel swap": (label) =>
    eachPlace(
      label,
      (before, char, after) =>
        VOWELS.includes(char) ? [...VOWELS].map((vowel) => before + vowel + after) : [],
    ),
  "added label": (label) => eachGap(label, (before, after) => `${before}.${after}`),
};

function eachPlace(
  label: string,
  change: (before: string, char: string, after: string) => string[],
): string[] {
  return [...label].flatMap((char, at) => change(label.slice(0, at), char, label.slice(at + 1)));
}

function eachGap(label: string, change: (before: string, after: string) => string): string[] {
  return [...label].slice(1).map((_, at) => change(label.slice(0, at + 1), label.slice(at + 1)));
}
