/** The packages that are installed are those of the lockfile, by hash, and none runs anything on installation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lockedPackages, SUPPLY_PAGE, supplyPage } from "./locked_packages.ts";

const NPMRC = new URL("../../.npmrc", import.meta.url);

test("every package of the lockfile has a hash, a licence, and no script of its own", () => {
  const packages = lockedPackages();
  assert.ok(packages.length > 50);
  for (const [path, { integrity, license, hasInstallScript }] of packages) {
    assert.match(integrity ?? "", /^sha512-[A-Za-z0-9+/]{86}==$/, `${path} has no hash`);
    assert.ok(license, `${path} states no licence`);
    assert.ok(!hasInstallScript, `${path} would run a script when it is installed`);
  }
});

test("npm is told to run none", () => {
  assert.match(readFileSync(NPMRC, "utf8"), /^ignore-scripts=true$/m);
});

test("docs/supply-chain.md lists the licences (npm test -- --fix writes it)", () => {
  assert.equal(readFileSync(SUPPLY_PAGE, "utf8"), supplyPage());
});
