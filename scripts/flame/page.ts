/** Makes one HTML file of flame graphs that needs no other file: one thread, or the threads of two strategies. */
import { counted } from "./description.ts";
import { scriptJson } from "../report/page.ts";
import { escapeHtml } from "./escape.ts";
import type { FlameNode, Hot } from "./flame_tree.ts";
import type { PageParts } from "./page_parts.ts";
import { CATEGORIES } from "./sources.ts";

export interface PageContent {
  title: string;
  /** One line each. */
  notes: string[];
  /** Shown side by side. */
  columns: { heading: string; threads: ThreadGraph[] }[];
}

export interface ThreadGraph {
  name: string;
  tree: FlameNode;
  hottest: Hot[];
}

export function flamePage({ title, notes, columns }: PageContent, parts: PageParts): string {
  const rows = Math.max(...columns.map(({ threads }) => threads.length));
  // Row by row, so that the same thread of both strategies is at the same height.
  const cells = Array.from({ length: rows }, (_, row) => columns.map(({ threads }) => threads[row]))
    .flat();
  const graphs = cells.filter((thread) => thread !== undefined);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${parts.policy}">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${parts.style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${notes.map((note) => `<p>${escapeHtml(note)}</p>`).join("\n")}
<ul class="legend">${legend()}</ul>
<div class="controls">
<label>Search <input id="search" type="search" autocomplete="off" spellcheck="false"></label>
<button id="reset" type="button">Reset zoom</button>
</div>
<p class="keys">Width is the share of samples; a frame stands below the one that called it. Click a frame, or
press Enter, to zoom in; Escape zooms out; arrow keys move from frame to frame.</p>
</header>
<main class="columns-${columns.length}">
${columns.map(({ heading }) => `<h2>${escapeHtml(heading)}</h2>`).join("\n")}
${
    cells.map((thread) =>
      thread === undefined ? "<div></div>" : section(thread, graphs.indexOf(thread))
    ).join("\n")
  }
</main>
<script type="application/json" id="graphs">${scriptJson(graphs.map(({ tree }) => tree))}</script>
${parts.scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}

function legend(): string {
  return Object.entries(CATEGORIES).map(([category, meaning]) =>
    `<li><span class="swatch" data-category="${category}"></span>${escapeHtml(meaning)}</li>`
  ).join("") + `<li><span class="swatch" data-match></span>found by the search</li>`;
}

function section({ name, tree, hottest }: ThreadGraph, index: number): string {
  return `<section>
<h3>${escapeHtml(name)} <small>${
    counted(tree.value, "sample")
  }</small> <small class="matched"></small></h3>
<div class="flame" id="graph-${index}" role="group" aria-label="${escapeHtml(name)}"></div>
<p class="detail" aria-live="polite"></p>
<details><summary>Most samples of their own</summary>
<table><thead><tr><th>share</th><th>function</th><th>source</th></tr></thead><tbody>
${hottest.map(row).join("\n")}
</tbody></table></details>
</section>`;
}

function row({ name, source, category, share }: Hot): string {
  return `<tr><td>${
    percent(share)
  }</td><td><span class="swatch" data-category="${category}"></span>${escapeHtml(name)}</td><td>${
    escapeHtml(source)
  }</td></tr>`;
}

/** `12.3 %` */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
