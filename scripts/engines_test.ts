/** The oldest Node that the project supports can install it without a warning. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Package {
  dev?: boolean;
  engines?: { node?: string };
}

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));

/** Parses `20.19.0` or `>=20.19.0` into numbers. */
function parse(version: string): number[] {
  const numbers = version.split(".").map((part) => Number(part));
  assert.ok(numbers.length <= 3 && numbers.every(Number.isSafeInteger), `not read: ${version}`);
  return [...numbers, 0, 0].slice(0, 3);
}

function compare(a: number[], b: number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}

/** Whether a version fits a range as packages write it: `>=20`, `^20.19.0 || >=23`, `10.* || 12`. */
function accepts(range: string, version: number[]): boolean {
  return range.split("||").map((part) => part.trim()).some((part) => {
    if (part === "" || part === "*") return true;
    const [, operator, least] = /^(>=|\^|~|)\s*([\d.]+?)(?:\.[*x])?$/.exec(part) ??
      assert.fail(`not read: ${part}`);
    if (compare(version, parse(least)) < 0) return false;
    return operator === ">=" || version[0] === parse(least)[0];
  });
}

test("ranges are read as npm reads them", () => {
  const takes = (range: string, version: string) => accepts(range, parse(version));
  assert.deepEqual(
    [takes(">=20", "20.19.0"), takes(">= 22.1", "20.19.0"), takes("^18.1 || >=23", "20.19.0")],
    [true, false, false],
  );
  assert.deepEqual([takes("6.* || >=10", "20.0.0"), takes("6.* || 10.*", "20.0.0")], [true, false]);
});

test("every locked package takes the oldest Node that package.json promises", () => {
  const oldest = parse(read("package.json").engines.node.replace(/^>=/, ""));
  const packages: Record<string, Package> = read("package-lock.json").packages;
  const refusing = Object.entries(packages)
    .filter(([, { engines }]) => engines?.node !== undefined && !accepts(engines.node, oldest))
    .map(([name, { engines }]) => `${name}: ${engines!.node}`);
  assert.deepEqual(refusing, []);
});
