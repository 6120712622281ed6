/** What a reader does with the page of a report, and what it must then be like. Each check throws where it is not. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** How many times as long as making a plain table of 10,000 cells the page may take until it can be used. */
const START_LIMIT = 20;
/** The measure of this machine, in ms: what a browser takes for such a table, with its layout. */
const PLAIN_TABLE = `(() => {
  const began = performance.now();
  const table = document.createElement("table");
  for (let row = 0; row < 1000; row++) {
    const line = table.insertRow();
    for (let cell = 0; cell < 10; cell++) line.insertCell().textContent = row * cell;
  }
  document.body.append(table);
  table.getBoundingClientRect();
  const ms = performance.now() - began;
  table.remove();
  return ms;
})()`;

export async function startsInTime(page: Page): Promise<void> {
  await page.waitForSelector("html[data-ready]", { timeout: 30_000 });
  const ms = Number(await page.getAttribute("html", "data-ready"));
  const tables = [];
  for (let at = 0; at < 3; at++) tables.push(await page.evaluate<number>(PLAIN_TABLE));
  const ratio = ms / tables.sort((a, b) => a - b)[1];
  assert.ok(
    ratio < START_LIMIT,
    `it took ${ms} ms until the page could be used, ${ratio.toFixed(1)} times a plain table`,
  );
}

export async function switchesRuntime(page: Page): Promise<void> {
  const before = await page.locator(".panel").count();
  assert.ok(before > 1, "there is one panel only");
  await page.locator("#runtimes input").first().uncheck();
  assert.equal(await page.locator(".panel").count(), before - 1);
  await page.locator("#runtimes input").first().check();
  assert.equal(await page.locator(".panel").count(), before);
}

export async function switchesStrategy(page: Page): Promise<void> {
  const names = await page.locator("#strategies input").count();
  const before = await page.locator(".panel .point").count();
  await page.locator("#none").click();
  assert.equal(await page.locator(".panel .point").count(), 0);
  await page.locator("#strategies input").first().check();
  const one = await page.locator(".panel .point").count();
  assert.ok(one > 0 && one < before && names > 1);
  await page.locator("#all").click();
  assert.equal(await page.locator(".panel .point").count(), before);
}

export async function switchesFigure(page: Page): Promise<void> {
  const figures = await figuresOffered(page);
  assert.equal(figures.length, 6);
  await differ(page, figures);
}

function figuresOffered(page: Page): Promise<string[]> {
  return page.locator("#metric option").evaluateAll((options) =>
    options.map((option) => (option as unknown as { value: string }).value)
  );
}

/** Each of the figures, on either kind of axis, is a picture of its own. */
async function differ(page: Page, figures: readonly string[]): Promise<void> {
  const seen = new Set<string>();
  for (const figure of figures) {
    for (const axis of ["linear", "log"]) {
      await page.selectOption("#metric", figure);
      await page.selectOption("#y-axis", axis);
      await page.selectOption("#x-axis", axis);
      seen.add(await page.locator(".panel svg").first().innerHTML());
      assert.doesNotMatch(await page.locator("#panels").innerHTML(), /NaN|Infinity|undefined/);
    }
  }
  assert.equal(seen.size, 2 * figures.length, "two choices gave the same picture");
  await page.selectOption("#metric", figures[0]);
}

/** Chooses the setting whose title says so; the last of several. */
async function choosesSetting(page: Page, words: string): Promise<void> {
  const title = page.locator("#setting option", { hasText: words }).last();
  await page.selectOption("#setting", (await title.getAttribute("value"))!);
  assert.ok((await page.locator("#subtitle").innerText()).includes(words));
}

/** Of an open loop, each end's percentiles are figures like any other; the table and the points say the same. */
export async function switchesWaits(page: Page): Promise<void> {
  await choosesSetting(page, ", load ");
  const figures = await figuresOffered(page);
  const waits = ["p50_us", "p99_us", "max_us", "end_p50_us", "end_p99_us"];
  assert.deepEqual(waits.filter((wait) => !figures.includes(wait)), []);
  assert.ok(!figures.includes("rate"), "an open loop has no throughput");
  await differ(page, figures);
  await page.selectOption("#metric", "p99_us");
  const title = await page.locator("#metric option:checked").innerText();
  const column = (await page.locator("#table thead th").allInnerTexts()).indexOf(title);
  const shown = (await page.locator("#table tbody tr").evaluateAll(
    (rows, at) =>
      rows.map((row) =>
        (row as unknown as { cells: { textContent: string }[] }).cells[at].textContent
      ),
    column,
  )).filter((text) => text !== "");
  const said = await page.locator(".panel .point:has(path.mark)").evaluateAll((points) =>
    points.map((point) =>
      (point as unknown as { getAttribute(name: string): string }).getAttribute("aria-label")
        .match(/, load .*?: (.*?);/)![1]
    )
  );
  assert.ok(shown.length > 0);
  assert.deepEqual(said.sort(), shown.sort());
}

/** A sweep has waits over rates: longer to the right, hollow where a cell is saturated, and every line can be reached. */
export async function drawsTheCurve(page: Page): Promise<void> {
  await choosesSetting(page, "over rates");
  await page.selectOption("#metric", "p99_us");
  const panel = page.locator(".panel").first();
  assert.ok((await panel.locator("svg > g[aria-hidden] text").allTextContents())
    .includes("messages delivered/s"));
  const places = await panel.locator(".series:has(.point)").first().locator(".point").evaluateAll((
    points,
  ) =>
    points.map((point) =>
      (point as unknown as { getAttribute(name: string): string }).getAttribute("transform")
        .match(/[\d.]+/g)!.map(Number)
    )
  );
  assert.ok(places.length >= 3);
  for (let at = 1; at < places.length; at++) assert.ok(places[at][0] > places[at - 1][0]);
  assert.ok(places.at(-1)![1] < places[0][1], "the highest rate does not wait longest");
  assert.ok(await panel.locator(".mark.floor").count() > 0);
  await panel.locator('.point[tabindex="0"]').focus();
  const name = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
  const names = new Set<string>();
  for (const key of ["ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"]) {
    await page.keyboard.press(key);
    names.add((await name()).split(", ")[1]);
  }
  assert.ok(names.size > 1, "the arrow keys stay on one line");
}

/** Behind a listener that stalls, what piled up is a figure; at full load there is none of it. */
export async function showsBacklog(page: Page): Promise<void> {
  await choosesSetting(page, "stalled");
  await page.selectOption("#metric", "backlog_peak_bytes");
  const label = await page.locator(".panel .point").first().getAttribute("aria-label");
  assert.match(label!, /swap-buffer, 16 producers, load .*stalled.*: 4 MiB;/);
  await choosesSetting(page, "messages: 1000 each");
  assert.ok((await figuresOffered(page)).includes("rate"));
  assert.ok(!(await figuresOffered(page)).includes("backlog_peak_bytes"));
  const heads = await page.locator("#table thead th").allInnerTexts();
  assert.ok(heads.includes("messages/s") && !heads.some((head) => head.includes("wait")));
}

export async function tellsOnHover(page: Page): Promise<void> {
  const point = page.locator(".panel .point:has(path.mark:not(.floor))").first();
  await point.scrollIntoViewIfNeeded();
  const box = (await point.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  assert.match(await page.locator("#tip").innerText(), /median_us\s+\d/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#tip").isVisible(), false);
  await page.mouse.move(0, 0);
}

/** A click shows a dot for each process that has a figure, and says aloud what it shows. */
export async function showsProcesses(page: Page): Promise<void> {
  const point = page.locator(".panel .point:has(path.mark:not(.floor))").last();
  await point.scrollIntoViewIfNeeded();
  const box = (await point.boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  assert.equal(await page.locator("#details").isVisible(), true);
  const ok = await page.locator("#details tbody tr", { hasText: "ok" }).count();
  assert.ok(ok > 0, "the cell has no processes");
  assert.equal(await page.locator("#details .dot").count(), ok);
  assert.match(await page.locator("#said").innerText(), /producers?(, load .+)?: /);
  assert.equal(await page.locator('.point[aria-pressed="true"]').count(), 1);
}

/** Tab to a chart, arrows, Enter: all without a pointer. */
export async function worksByKeyboard(page: Page): Promise<void> {
  const start = page.locator('.panel .point[tabindex="0"]').first();
  assert.equal(
    await page.locator('.panel .point[tabindex="0"]').count(),
    await page.locator(".panel").count(),
  );
  await start.focus();
  const label = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
  const first = await label();
  await page.keyboard.press("End");
  const last = await label();
  await page.keyboard.press("ArrowUp");
  const above = await label();
  assert.equal(new Set([first, last, above]).size, 3, "the arrow keys do not move");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#said").innerText(), above);
}

export async function sortsTheTable(page: Page): Promise<void> {
  const head = page.locator("#table thead th", { hasText: "producers" });
  const column = async () =>
    (await page.locator("#table tbody tr td:nth-child(3)").allInnerTexts())
      .map((text) => Number(text.replaceAll(",", "")));
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  const up = await column();
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  const down = await column();
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  assert.notDeepEqual(up, down);
}

export async function filtersTheTable(page: Page): Promise<void> {
  const rows = page.locator("#table tbody tr");
  const all = await rows.count();
  await page.fill("#filter", "swap-buffer");
  const some = await rows.allInnerTexts();
  assert.ok(some.length > 0 && some.length < all);
  assert.ok(some.every((text) => text.includes("swap-buffer")));
  assert.match(await page.locator("#rows").innerText(), new RegExp(`^${some.length} of`));
  await page.fill("#filter", "");
  assert.equal(await rows.count(), all);
}

/** Failed, skipped and floor-marked cells, in the chart and in the table. */
export async function showsWhatHasNoFigure(page: Page): Promise<void> {
  const texts = await page.locator(".panel .point text").allTextContents();
  assert.ok(texts.includes("×") && texts.includes("–"));
  assert.ok(await page.locator(".panel .mark.floor").count() > 0);
  await page.check("#only-odd");
  const rows = (await page.locator("#table tbody tr").allInnerTexts()).join("\n");
  for (const word of ["lost: ", "timeout: ", "skipped: ", "mostly the fixed cost"]) {
    assert.ok(rows.includes(word), `no row says "${word}"`);
  }
  await page.uncheck("#only-odd");
}

/** On paper there are no controls, and nothing is cut off. */
export async function prints(page: Page): Promise<void> {
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#controls").isVisible(), false);
  assert.equal(await page.locator(".panel svg").first().isVisible(), true);
  const cut = await page.locator(".scroll").first().evaluate((node) => {
    const { scrollHeight, clientHeight } = node as unknown as Record<string, number>;
    return scrollHeight - clientHeight;
  });
  assert.ok(cut <= 1, "the table is cut off");
  await page.emulateMedia({ media: null });
  // The charts are drawn anew when the screen's width is back.
  await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
  );
}

/** Nothing may be wider than the screen but what scrolls by itself. */
export async function fitsTheScreen(page: Page): Promise<void> {
  const [needed, given] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  assert.ok(needed <= given, `the page is ${needed} px wide on a screen of ${given}`);
}

export async function isAccessible(page: Page): Promise<void> {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(`${readFileSync(axe, "utf8")};0`);
  const { violations } = await page.evaluate<Axe>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(
    bad.map(({ id, nodes }) => `${id} at ${nodes[0].target.join(" ")} (${nodes.length} places)`),
    [],
  );
}

interface Axe {
  violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
}

/** No text of the results has become an element, and none has run. */
export async function runsNothingPlanted(page: Page): Promise<void> {
  // An image that cannot be loaded tells so a little later.
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate("typeof globalThis.planted"), "undefined");
  assert.equal(await page.locator("img, [onload], [onerror]").count(), 0);
}
