/** The page: reads the data that is in it, and draws what is chosen. */
import { drawPanels, markSelected, notesOn, shownOf } from "./chart.js";
import { openControls } from "./controls.js";
import { showDetails } from "./details.js";
import { byId, definitions, element } from "./dom.js";
import { openTable } from "./table.js";
import { hideTip } from "./tip.js";
import { sentenceOf } from "./words.js";

const data = JSON.parse(byId("data").textContent);
let selected = null;

const choose = openControls(data, () => draw());
const table = openTable(select);
showTexts();
draw();
watchWidth();
// For the browser test: ms from the start of navigation until everything can be used.
document.documentElement.dataset.ready = String(Math.round(performance.now()));

function draw() {
  const chosen = choose();
  const { setting, metric } = chosen;
  if (!setting.cells.includes(selected)) close();
  byId("subtitle").textContent = setting.title;
  byId("figure-note").textContent = [
    `${metric.title}, ${metric.better ?? "lower"} is better.${notesOn(shownOf(chosen), metric)}`,
    ...setting.notes,
  ].join(" ");
  drawChosen(chosen);
  if (selected !== null) showSelected();
  table.show(setting);
}

/** A runtime without cells in the setting has no panel. */
function drawChosen(chosen) {
  const { cells } = chosen.setting;
  const runtimes = chosen.runtimes.filter(({ name }) =>
    cells.some((cell) => cell.runtime === name)
  );
  drawPanels(byId("panels"), { ...chosen, runtimes, selected, select });
}

/** @param goThere whether to scroll to the details, because the reader may be far from them, as in the table */
function select(cell, goThere = false) {
  selected = cell;
  markSelected(byId("panels"), cell);
  byId("said").textContent = sentenceOf(choose().metric, cell);
  showSelected();
  hideTip();
  if (goThere) byId("details").scrollIntoView({ block: "nearest" });
}

function showSelected() {
  const series = data.series.find(({ label }) => label === selected.label);
  showDetails(byId("details"), choose().metric, selected, series, close);
}

function close() {
  selected = null;
  byId("details").hidden = true;
  byId("said").textContent = "";
  markSelected(byId("panels"), null);
}

function showTexts() {
  byId("answer").replaceChildren(...data.conclusions.flatMap(conclusionParts));
  byId("answer-section").hidden = data.conclusions.length === 0;
  byId("environment").replaceChildren(...data.environment.flatMap(({ title, facts }) => [
    ...(data.environment.length > 1 ? [element("h3", {}, title)] : []),
    definitions(facts),
  ]));
}

function conclusionParts({ title, table: figures, notes, sentences }) {
  return [
    ...(data.conclusions.length > 1 ? [element("h3", {}, title)] : []),
    ...(figures === null ? [] : [
      element(
        "div",
        { class: "wide", tabindex: 0, role: "region", "aria-label": "Figures" },
        figuresTable(figures),
      ),
      ...notes.map((note) => element("p", { class: "note" }, note)),
    ]),
    element("ul", {}, ...sentences.map((sentence) => element("li", {}, sentence))),
  ];
}

function figuresTable({ head, rows }) {
  const row = (entries, name, scope) =>
    element(
      "tr",
      {},
      ...entries.map((text, at) =>
        at === 0 || name === "th" ? element("th", { scope }, text) : element("td", {}, text)
      ),
    );
  return element(
    "table",
    { class: "ranking" },
    element("thead", {}, row(head, "th", "col")),
    element("tbody", {}, ...rows.map((entries) => row(entries, "td", "row"))),
  );
}

/** The panels have a fixed size, so they are drawn anew for a new width; the table need not be. */
function watchWidth() {
  let width = byId("panels").clientWidth;
  new ResizeObserver(([{ contentRect }]) => {
    if (Math.abs(contentRect.width - width) < 1) return;
    width = contentRect.width;
    drawChosen(choose());
  }).observe(byId("panels"));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hideTip());
}
