/** The panels: one picture per runtime, with points that can be hovered, clicked and reached with the arrow keys. */
import { runtimeTitle } from "../../cli/units.js";
import { element, inked, shape } from "./dom.js";
import { domainsOf, panelGeometry } from "./geometry.js";
import { outlineOf } from "./marks.js";
import { valueOf } from "./metrics.js";
import { hideTip, showTip } from "./tip.js";
import { sentenceOf } from "./words.js";

/** Where there is room for two panels, neither is narrower than this (px). */
const PANEL_MIN = 430;
const GAP = 24;
/** Distance from a point, px, within which the pointer selects it. */
const REACH = 36;
const LONGEST_LABEL = 24;

/**
 * Draws all panels anew.
 * @param view { setting, runtimes, series, metric, axis, yLog, xLog, selected, select(cell) }
 */
export function drawPanels(container, view) {
  hideTip();
  const width = container.clientWidth;
  const columns = Math.max(
    1,
    Math.min(view.runtimes.length, Math.floor((width + GAP) / (PANEL_MIN + GAP))),
  );
  container.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  const shown = shownOf(view);
  const domains = domainsOf(shown, view.metric, view.yLog, view.xLog, view.axis);
  const missing = view.series.map(({ label }) => label).filter((label) =>
    shown.some((cell) => cell.label === label && cell.status !== "ok")
  );
  container.replaceChildren(...view.runtimes.map((runtime) => {
    const geometry = panelGeometry(
      Math.max(280, (width - GAP * (columns - 1)) / columns),
      shown.filter((cell) => cell.runtime === runtime.name),
      view.series,
      missing,
      view.metric,
      domains,
    );
    return panel(runtime, geometry, view);
  }));
}

function panel(runtime, geometry, view) {
  const title = runtimeTitle(runtime.name, runtime.version);
  const picture = shape(
    "svg",
    {
      viewBox: `0 0 ${geometry.width} ${geometry.height}`,
      role: "group",
      "aria-label": `${title}: ${view.metric.title} over ${view.axis.title}`,
    },
    axes(geometry, view),
    ...geometry.lines.map((line) => seriesShape(line, view)),
    ...geometry.labels.map((label) => lineLabel(label, geometry)),
    ...stripLabels(geometry),
  );
  makeLive(picture, geometry, view);
  return element("div", { class: "panel" }, element("h3", {}, title), picture);
}

/** Hidden from screen readers, which get every point's figure in words. */
function axes({ left, right, top, bottom, xTicks, yTicks }, { metric, axis }) {
  const line = (kind, x1, y1, x2, y2) => shape("line", { class: kind, x1, y1, x2, y2 });
  const label = (x, y, text, anchor, kind = null) =>
    shape("text", { x, y, class: kind, "text-anchor": anchor }, text);
  return shape(
    "g",
    { "aria-hidden": "true" },
    ...yTicks.flatMap(({ value, at }) => [
      line("grid", left, at, right, at),
      label(left - 8, at + 4, metric.format(value), "end"),
    ]),
    ...xTicks.flatMap(({ value, at }) => [
      line("grid", at, top, at, bottom),
      line("axis", at, bottom, at, bottom + 4),
      label(at, bottom + 18, axis.format(value), "middle"),
    ]),
    line("axis", left, top, left, bottom),
    line("axis", left, bottom, right, bottom),
    label((left + right) / 2, bottom + 36, axis.title, "middle", "faint"),
  );
}

function seriesShape({ series, pieces, points }, view) {
  const bands = pieces.filter((piece) => piece.points.some(({ interval }) => interval !== null))
    .map(({ points }) => {
      const side = (end) => points.map((point) => `${point.x} ${point.interval?.[end] ?? point.y}`);
      return shape("path", {
        class: "band",
        d: `M${[...side(0), ...side(1).reverse()].join("L")}Z`,
        "aria-hidden": "true",
      });
    });
  const lines = pieces.map(({ floor, points }) =>
    shape("path", {
      class: floor ? "line floor" : "line",
      d: `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`,
      "stroke-dasharray": floor || series.dash.length === 0 ? null : series.dash.join(" "),
      "aria-hidden": "true",
    })
  );
  const group = shape("g", { class: "series" }, ...bands, ...lines);
  group.append(...points.map((point) => pointShape(point, series, view)));
  return inked(group, series.colour);
}

function pointShape(point, series, view) {
  const mark = point.hasFigure
    ? shape("path", { class: point.floor ? "mark floor" : "mark", d: outlineOf(series.shape) })
    : shape("text", { y: 6 }, point.cell.status === "skipped" ? "–" : "×");
  point.node = shape(
    "g",
    {
      class: "point",
      role: "button",
      tabindex: "-1",
      transform: `translate(${point.x} ${point.y})`,
      "aria-label": sentenceOf(view.metric, point.cell),
      "aria-pressed": String(point.cell === view.selected),
    },
    shape("circle", { class: "ring", r: 9 }),
    mark,
  );
  point.node.cell = point.cell;
  return point.node;
}

function lineLabel({ series, last, at }, { right }) {
  const start = Math.max(last.x + 6, right - 2);
  return inked(
    shape(
      "g",
      { class: "series", "aria-hidden": "true" },
      shape("path", {
        class: "leader",
        d: `M${last.x + 6} ${last.y}L${start} ${last.y}L${right + 14} ${at}H${right + 20}`,
      }),
      shape("text", { x: right + 24, y: at + 4 }, shortened(series.label)),
    ),
    series.colour,
  );
}

function stripLabels({ strip, left, right, isNarrow }) {
  const labels = strip.map(({ label, at }) =>
    shape(
      "text",
      {
        class: "faint",
        x: isNarrow ? left : right + 24,
        y: isNarrow ? at - 10 : at + 4,
        "aria-hidden": "true",
      },
      shortened(label),
    )
  );
  if (strip.length === 0) return labels;
  const y = strip[0].at + 4;
  return [
    ...labels,
    shape("text", { x: left - 8, y, "text-anchor": "end", "aria-hidden": "true" }, "no figure"),
  ];
}

function shortened(label) {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

/** The tab key stops once in each panel; from there the arrow keys move from point to point. */
function makeLive(picture, geometry, view) {
  const points = geometry.lines.flatMap((line) => line.points);
  if (points.length === 0) return;
  let near = null;
  const start = points.find(({ cell }) => cell === view.selected) ?? points[0];
  start.node.setAttribute("tabindex", "0");

  const approach = (point) => {
    if (point === near) return;
    for (const node of picture.querySelectorAll(".near")) node.classList.remove("near");
    near = point;
    picture.classList.toggle("has-near", point !== null);
    if (point === null) return hideTip();
    point.node.classList.add("near");
    point.node.parentNode.classList.add("near");
    geometry.labels.forEach(({ series }, at) => {
      if (series.label === point.cell.label) {
        picture.querySelectorAll(":scope > .series[aria-hidden]")[at].classList.add("near");
      }
    });
    showTip(view.metric, point.cell, point.node.getBoundingClientRect());
  };
  const nearest = ({ clientX, clientY }) => {
    const box = picture.getBoundingClientRect();
    const factor = geometry.width / box.width;
    const [x, y] = [(clientX - box.left) * factor, (clientY - box.top) * factor];
    const distance = (point) => Math.hypot(point.x - x, point.y - y);
    const best = points.reduce((a, b) => distance(b) < distance(a) ? b : a);
    return distance(best) <= REACH ? best : null;
  };
  const go = (point) => {
    for (const { node } of points) node.setAttribute("tabindex", "-1");
    point.node.setAttribute("tabindex", "0");
    point.node.focus();
  };

  picture.addEventListener("pointermove", (event) => approach(nearest(event)));
  picture.addEventListener("pointerleave", () => approach(null));
  picture.addEventListener("click", (event) => {
    const point = points.find(({ node }) => node.contains(event.target)) ?? nearest(event);
    if (point !== null) view.select(point.cell);
  });
  picture.addEventListener("focusin", ({ target }) => {
    const point = points.find(({ node }) => node === target);
    if (point !== undefined && target.matches(":focus-visible")) approach(point);
  });
  picture.addEventListener("focusout", () => approach(null));
  picture.addEventListener("keydown", (event) => {
    const here = points.find(({ node }) => node === document.activeElement);
    if (here === undefined) return;
    if (event.key === "Escape") return approach(null);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return view.select(here.cell);
    }
    const next = neighbourOf(here, geometry.lines, event.key);
    if (next === undefined) return;
    event.preventDefault();
    go(next);
  });
}

/** Left and right move along the line; up and down move among the other lines' nearest points at that place. */
function neighbourOf(here, lines, key) {
  const aside = (point) => Math.abs(point.x - here.x);
  const { points: line } = lines.find(({ points }) => points.includes(here));
  const column = lines.filter(({ points }) => points.length > 0)
    .map(({ points }) =>
      points === line ? here : points.reduce((a, b) => aside(b) < aside(a) ? b : a)
    )
    .sort((a, b) => a.y - b.y);
  const [lineAt, columnAt] = [line.indexOf(here), column.indexOf(here)];
  return {
    ArrowLeft: line[lineAt - 1],
    ArrowRight: line[lineAt + 1],
    Home: line[0],
    End: line.at(-1),
    ArrowUp: column[columnAt - 1],
    ArrowDown: column[columnAt + 1],
  }[key];
}

/** Marks the point whose details are shown, without drawing everything anew. */
export function markSelected(container, selected) {
  for (const node of container.querySelectorAll(".point")) {
    node.setAttribute("aria-pressed", String(node.cell === selected));
  }
}

/** The cells of the setting that are shown. */
export function shownOf({ setting, runtimes, series }) {
  return setting.cells.filter((cell) =>
    runtimes.some(({ name }) => name === cell.runtime) &&
    series.some(({ label }) => label === cell.label)
  );
}

/** Sentences about what is true for many cells and so is not said for each; or an empty text. */
export function notesOn(cells, metric) {
  const verified = cells.filter((cell) => cell.status === "ok");
  const without = verified.filter((cell) => valueOf(metric, cell) === null).length;
  const crowded = cells.filter((cell) => cell.oversubscribed).length;
  const isOpen = cells.some((cell) => cell.open !== undefined);
  return [
    without > 0 &&
    `${without} of ${verified.length} verified cells have no such figure${
      isOpen
        ? ", or one of 0, and are not drawn: rare waits take a run of many messages."
        : " and are not drawn: no ratio is drawn from a cell that is mostly fixed cost, and the empty run has no messages."
    }`,
    isOpen && cells.some((cell) => cell.label === "empty") &&
    "Of empty, which hands nothing over, the wait is how late the pacing alone is.",
    crowded > 0 &&
    `${
      crowded === cells.length ? "All" : `${crowded} of ${cells.length}`
    } cells had more threads than cores.`,
  ].filter((text) => typeof text === "string").map((text) => ` ${text}`).join("");
}
