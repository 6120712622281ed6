/** What the lockfile names, in the form that docs/supply-chain.md lists it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const SUPPLY_PAGE = fileURLToPath(new URL("../../docs/supply-chain.md", import.meta.url));
const LOCKFILE = fileURLToPath(new URL("../../package-lock.json", import.meta.url));

/** The fields of an entry of package-lock.json (version 3) that the suite reads. */
export interface LockedPackage {
  version: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
  /** True for a folder of this project. */
  link?: boolean;
}

/** All packages by path, without the folders of this project. */
export function lockedPackages(): [string, LockedPackage][] {
  const { packages } = JSON.parse(readFileSync(LOCKFILE, "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && !link);
}

/** The text of the page, with its list of licences updated from the lockfile. */
export function supplyPage(page = readFileSync(SUPPLY_PAGE, "utf8")): string {
  const byLicence = Map.groupBy(
    lockedPackages(),
    ([, { license = "not stated" }]) => license,
  );
  const rows = [...byLicence].map(([licence, packages]) => {
    const names = packages.map(([path, { version }]) =>
      `${path.slice(path.lastIndexOf("node_modules/") + 13)} ${version}`
    );
    return `- **${licence}** (${names.length}): ${[...new Set(names)].sort().join(", ")}`;
  }).sort();
  return page.replace(
    /(<!-- licences -->\n)[^]*(<!-- \/licences -->)/,
    (_, from, to) => `${from}\n${rows.join("\n")}\n\n${to}`,
  );
}
