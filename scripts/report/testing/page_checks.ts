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
  const figures = await page.locator("#metric option").evaluateAll((options) =>
    options.map((option) => (option as unknown as { value: string }).value)
  );
  assert.equal(figures.length, 6);
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
  assert.equal(seen.size, 12, "two choices gave the same picture");
  await page.selectOption("#metric", figures[0]);
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
  assert.match(await page.locator("#said").innerText(), /producers?: /);
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
  for (const word of ["lost: ", "timeout: ", "skipped: ", "mostly fixed cost"]) {
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
  const { violations } = await page.evaluate<Axe>("axe.run(document)");
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
