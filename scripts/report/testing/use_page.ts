/** Uses the page of a report in a Chromium that is installed, as a reader would; skipped where there is none. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { command, EXIT, runMain, UsageError } from "../../cli/command.ts";
import { summarize } from "../../statistics/summary.ts";
import { conclusionsOf } from "../conclusions.ts";
import { findChromium, launchChromium, openFile } from "./browser.ts";
import * as checks from "./page_checks.ts";
import { openLoop, SWEEP } from "./open_loop.ts";
import {
  HOSTILE,
  hostileEnvironment,
  hostileSamples,
  SMALL,
  syntheticEnvironment,
  syntheticSamples,
  writeSynthetic,
} from "./synthetic.ts";
import { writeReport } from "../write_report.ts";
import { ResultsFolder } from "../../results/folder.ts";
import { isOpenLoop } from "../../results/labels.ts";
import { STALLED } from "./backlog.ts";
import { comparePairs } from "../../statistics/pairs.ts";

type Check = (page: Page) => Promise<void>;

const DESKTOP = { width: 1400, height: 900 };
const PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
/** In an order in which the pictures at the end show a cell's processes. */
const READER: Check[] = [
  checks.startsInTime,
  checks.switchesRuntime,
  checks.switchesStrategy,
  checks.switchesFigure,
  checks.tellsOnHover,
  checks.worksByKeyboard,
  checks.sortsTheTable,
  checks.filtersTheTable,
  checks.prints,
  checks.showsProcesses,
  checks.fitsTheScreen,
  checks.isAccessible,
];

await runMain("use_page", async () => {
  const program = command(
    "use_page",
    "Use the page of a report in Chromium, as a reader would.",
  )
    .argument("[folder]", "a results folder to look at, too")
    .option("--screenshots <folder>", "keep pictures there")
    .parse(process.argv);
  const chromium = findChromium();
  if (chromium === null && process.env.CHROME_PATH) {
    throw new UsageError(`CHROME_PATH is ${process.env.CHROME_PATH}, which is no program`);
  }
  if (chromium === null) {
    console.log(
      "the page in a browser: skipped, there is no Chromium (CHROME_PATH says where one is)",
    );
    return EXIT.ok;
  }
  const { screenshots } = program.opts<{ screenshots?: string }>();
  if (screenshots !== undefined) mkdirSync(screenshots, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), "fanin-browser-"));
  const browser = await launchChromium(chromium);
  try {
    const failed = [
      ...await testSynthetic(browser, scratch, screenshots),
      ...await testOpenLoop(browser, scratch, screenshots),
      ...await testHostile(browser, scratch),
      ...(program.args.length === 0
        ? []
        : await testFolder(browser, scratch, program.args[0], screenshots)),
    ];
    console.log(
      `the page in a browser: ${failed.length === 0 ? "all passed" : `${failed.length} failed`}`,
    );
    return failed.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
});

/**
 * Light, dark, on a phone, on paper. Results of the size of a full run must start in time, have room, and be told
 * apart by a pointer. What looks at all that is drawn, or draws it dozens of times, takes long there and shows no
 * more than with a few P that have a cell of each kind.
 */
async function testSynthetic(browser: Browser, scratch: string, screenshots?: string) {
  const full = reportOf(join(scratch, "full"), syntheticSamples(), syntheticEnvironment());
  const kinds = { producers: [64, 1_024, 8_192], rounds: 5, runtimes: ["deno", "bun", "node"] };
  const small = reportOf(join(scratch, "small"), syntheticSamples(kinds), syntheticEnvironment());
  const test = (folder: string, name: string, options: BrowserContextOptions, list: Check[]) =>
    testPage(browser, join(folder, "report.html"), name, options, list, screenshots);
  const slow = [checks.switchesFigure, checks.isAccessible];
  const [light, dark] = [{ colorScheme: "light" }, { colorScheme: "dark" }] as const;
  return [
    ...await test(full, "desktop-light", { viewport: DESKTOP, ...light }, [
      ...READER.filter((check) => !slow.includes(check)),
      checks.showsWhatHasNoFigure,
    ]),
    ...await test(full, "phone-dark", { ...PHONE, ...dark }, [
      checks.startsInTime,
      checks.fitsTheScreen,
    ]),
    ...await test(small, "desktop-dark-small", { viewport: DESKTOP, ...dark }, [
      ...READER,
      checks.showsWhatHasNoFigure,
      accessibleInLight,
    ]),
    ...await test(small, "phone-light-small", { ...PHONE, ...light }, [
      ...READER,
      accessibleInDark,
    ]),
  ];
}

/** A sweep and a listener that stalls, beside some full load. */
async function testOpenLoop(browser: Browser, scratch: string, screenshots?: string) {
  const samples = [
    ...syntheticSamples({ ...SMALL, runtimes: ["node"] }),
    ...SWEEP,
    ...openLoop("swap-buffer", 300, {
      load: STALLED,
      producers: 16,
      backlog_peak_bytes: 4 * 2 ** 20,
      held_peak: 12_300,
    }),
  ];
  const folder = reportOf(join(scratch, "open"), samples, syntheticEnvironment());
  const test = (name: string, options: BrowserContextOptions) =>
    testPage(browser, join(folder, "report.html"), name, options, [
      checks.startsInTime,
      checks.switchesWaits,
      checks.showsProcesses,
      checks.showsBacklog,
      checks.sortsTheTable,
      checks.drawsTheCurve,
      checks.fitsTheScreen,
      checks.isAccessible,
    ], screenshots);
  return [
    ...await test("waits-desktop", { viewport: DESKTOP, colorScheme: "light" }),
    ...await test("waits-phone", { ...PHONE, colorScheme: "dark" }),
  ];
}

async function accessibleInLight(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "light" });
  await checks.isAccessible(page);
}

async function accessibleInDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await checks.isAccessible(page);
}

/** Results in which every text is markup that would like to run. */
async function testHostile(browser: Browser, scratch: string) {
  const open = openLoop(HOSTILE[2], 100, { load: HOSTILE[0], runtime: HOSTILE[1] });
  const samples = [...hostileSamples(), ...open];
  const folder = reportOf(join(scratch, "hostile"), samples, hostileEnvironment());
  const options = { viewport: DESKTOP };
  return [
    ...await testPage(browser, join(folder, "report.html"), "planted", options, [
      checks.startsInTime,
      checks.switchesFigure,
      checks.tellsOnHover,
      checks.showsProcesses,
      checks.runsNothingPlanted,
      checks.switchesWaits,
      checks.runsNothingPlanted,
    ]),
    ...await testPage(browser, join(folder, "chart.svg"), "planted-chart", options, [
      checks.runsNothingPlanted,
    ]),
    ...await testPage(browser, join(folder, "ranking.svg"), "planted-ranking", options, [
      checks.runsNothingPlanted,
    ]),
  ];
}

/** The person's own results; the report goes to a scratch folder, not beside them. */
async function testFolder(browser: Browser, scratch: string, path: string, screenshots?: string) {
  const environment = ResultsFolder.readEnvironment(path);
  const { samples } = ResultsFolder.recover(path);
  const folder = reportOf(join(scratch, "given"), samples, environment);
  return testPage(browser, join(folder, "report.html"), "given", { viewport: DESKTOP }, [
    checks.startsInTime,
    samples.every(isOpenLoop) ? checks.switchesWaits : checks.switchesFigure,
    checks.showsProcesses,
    checks.fitsTheScreen,
    checks.isAccessible,
  ], screenshots);
}

function reportOf(
  folder: string,
  samples: ReturnType<typeof syntheticSamples>,
  environment: unknown,
): string {
  const summary = summarize(samples);
  const conclusions = conclusionsOf(summary, comparePairs(samples, summary), samples);
  writeSynthetic(folder, samples, environment);
  writeReport(folder, samples, environment, conclusions);
  return folder;
}

/** Runs all checks on one page, in order; returns the names of those that failed. */
async function testPage(
  browser: Browser,
  path: string,
  name: string,
  options: BrowserContextOptions,
  list: readonly Check[],
  screenshots?: string,
): Promise<string[]> {
  const { page, complaints } = await openFile(browser, path, options);
  page.setDefaultTimeout(5_000);
  const failed: string[] = [];
  for (const check of list) {
    try {
      await check(page);
      console.log(`ok      ${name}: ${check.name}`);
    } catch (error) {
      failed.push(check.name);
      console.log(`FAILED  ${name}: ${check.name}: ${(error as Error).message}`);
      // Without a page there is nothing to use.
      if (check === checks.startsInTime) break;
    }
  }
  for (const complaint of complaints) console.log(`FAILED  ${name}: ${complaint}`);
  if (complaints.length === 0) console.log(`ok      ${name}: no error, no request`);
  if (screenshots !== undefined) await keepPictures(page, join(screenshots, name));
  await page.context().close();
  return [...failed, ...complaints];
}

async function keepPictures(page: Page, path: string): Promise<void> {
  await page.screenshot({ path: `${path}.png` });
  await page.screenshot({ path: `${path}-whole.png`, fullPage: true });
  if (path.endsWith("desktop-light")) await page.pdf({ path: `${path}.pdf` });
}
