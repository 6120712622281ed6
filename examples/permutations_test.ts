/** Look-alikes that somebody else's program finds, too, and what holds for all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { REGISTERED } from "../bench/workload/registered.ts";
import { type Kind, KINDS, permutationsOf } from "./permutations.ts";

const of = (domain: string, kind: Kind) =>
  permutationsOf(domain).filter((one) => one.kind === kind).map((one) => one.domain);

/** By hand from the rules of dnstwist, for a label of two letters. */
const KNOWN: [Kind, string[]][] = [
  // a ^ 1 … 64 = ` c e i q A !, o ^ 1 … 64 = n m k g ␡ O /.
  ["bit flip", ["co.com", "eo.com", "io.com", "qo.com", "an.com", "am.com", "ak.com", "ag.com"]],
  ["homoglyph", ["a0.com"]],
  ["hyphenation", ["a-o.com"]],
  ["insertion", []],
  ["omission", ["o.com", "a.com"]],
  ["repetition", ["aao.com", "aoo.com"]],
  // qo was a bit flip, ak and a0 are there already.
  ["replacement", ["wo.com", "so.com", "zo.com", "ap.com", "al.com", "ai.com", "a9.com"]],
  ["transposition", ["oa.com"]],
  // eo, io and ai are there already.
  ["vowel swap", ["oo.com", "uo.com", "aa.com", "ae.com", "au.com"]],
  ["added label", ["a.o.com"]],
  ["other suffix", [
    "ao.net",
    "ao.org",
    "ao.io",
    "ao.co",
    "ao.info",
    "ao.biz",
    "ao.app",
    "ao.dev",
    "ao.xyz",
    "ao.online",
  ]],
];

for (const [kind, domains] of KNOWN) {
  test(`${kind} of ao.com`, () => assert.deepEqual(of("ao.com", kind), domains));
}

test("what dnstwist lists for example.com is among them", () => {
  const found = new Map(permutationsOf("example.com").map(({ domain, kind }) => [domain, kind]));
  const listed: Record<string, Kind> = {
    "dxample.com": "bit flip",
    "exampie.com": "homoglyph",
    "exarnple.com": "homoglyph",
    "ex-ample.com": "hyphenation",
    "ezxample.com": "insertion",
    "exmple.com": "omission",
    "exxample.com": "repetition",
    "wxample.com": "replacement",
    "xeample.com": "transposition",
    "exampli.com": "vowel swap",
    "exam.ple.com": "added label",
    "example.net": "other suffix",
  };
  for (const [domain, kind] of Object.entries(listed)) {
    assert.ok(found.has(domain), domain);
    if (domain !== "dxample.com" && domain !== "ezxample.com") {
      assert.equal(found.get(domain), kind, domain);
    }
  }
});

test("every look-alike of every domain of the list is a domain, once, and not the domain itself", () => {
  assert.equal(new Set(REGISTERED).size, REGISTERED.length);
  for (const domain of REGISTERED) {
    const found = permutationsOf(domain).map((one) => one.domain);
    assert.equal(new Set(found).size, found.length, domain);
    assert.ok(!found.includes(domain), domain);
    for (const one of found) assert.match(one, /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/, domain);
    assert.ok(found.every((one) => one.split(".").every((label) => !/^-|-$/.test(label))), domain);
  }
  const kinds = new Set(REGISTERED.flatMap((domain) => permutationsOf(domain).map((p) => p.kind)));
  assert.equal(kinds.size, KINDS.length);
});

test("what is no registered domain is refused", () => {
  for (const text of ["example", "", ".com", "-a.com", "exa mple.com", "exämple.com"]) {
    assert.throws(() => permutationsOf(text), RangeError, text);
  }
});
