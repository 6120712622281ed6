/** Writes profiles and flame graphs: a folder for each strategy, and a page with two strategies side by side. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../cli/command.ts";
import type { Description } from "./description.ts";
import { flameTree, hottest } from "./flame_tree.ts";
import { flamePage, type ThreadGraph } from "./page.ts";
import { pageParts } from "./page_parts.ts";
import type { ProfiledCell } from "./profiled_cell.ts";
import { beginFolder, timestamp, unusedFolder } from "../results/folder.ts";

/** One strategy's part of the output. */
export interface LabelledCell extends ProfiledCell {
  label: string;
}

const SIDE_BY_SIDE = "side-by-side.html";
/** Rows of the table on a page. */
const TABLE_ROWS = 12;

/** Makes a folder for new files; null: one under results/ that is named after the time. @throws {UsageError} */
export function createFolder(out: string | null): string {
  const path = out ?? unusedFolder(`profile-${timestamp()}`);
  let files: string[] = [];
  beginFolder(path, () => files = readdirSync(path));
  if (files.length === 0) return path;
  throw new UsageError(`${path} is not empty; choose another --out`);
}

/** Writes everything. Returns the files, relative to the folder, the most interesting one first. */
export function writeProfiles(
  folder: string,
  cells: readonly LabelledCell[],
  { cell: of, notes }: Description,
): string[] {
  const parts = pageParts();
  const files: string[] = [];
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, file), text);
    files.push(file);
  };
  const columns = cells.map(({ label, threads }) => ({
    heading: label,
    threads: threads.map(({ name, profile }): ThreadGraph => ({
      name,
      tree: flameTree(profile),
      hottest: hottest(profile, TABLE_ROWS),
    })),
  }));
  if (columns.length > 1) {
    const both = columns.map(({ heading }) => heading).join(" and ");
    write(SIDE_BY_SIDE, flamePage({ title: `${both}, ${of}`, notes, columns }, parts));
  }
  for (const [at, { label, threads }] of cells.entries()) {
    const subfolder = folderName(label);
    mkdirSync(join(folder, subfolder));
    for (const [place, { name, profile }] of threads.entries()) {
      const column = { heading: label, threads: [columns[at].threads[place]] };
      const page = { title: `${label}, ${name}, ${of}`, notes, columns: [column] };
      write(join(subfolder, `${name}.html`), flamePage(page, parts));
      write(join(subfolder, `${name}.cpuprofile`), JSON.stringify(profile));
    }
  }
  return files;
}

/** A label without characters that some file systems refuse. */
function folderName(label: string): string {
  return label.replaceAll(":", "_");
}
