/** The details of one cell: its raw figures, and a dot for each of its processes. */
import { definitions, element, inked, shape } from "./dom.js";
import { domainOf, linearTicks, scaleOf } from "./layout.js";
import { intervalOf, processValueOf, valueOf } from "./metrics.js";
import { outlineOf } from "./marks.js";
import { caveatsOf, figureOf, intervalText, rawOf, titleOf } from "./words.js";

const WIDTH = 520;
const LEFT = 74;
const ROW = 22;

/** @param close called when the reader closes the section */
export function showDetails(section, metric, cell, series, close) {
  const summary = [figureOf(metric, cell), intervalText(metric, cell), ...caveatsOf(cell)]
    .filter((text) => text !== "").join("; ");
  section.replaceChildren(
    element(
      "header",
      {},
      element("h3", { id: "details-title" }, titleOf(cell)),
      element("button", { type: "button", class: "no-print", click: close }, "Close"),
    ),
    element("p", {}, `${metric.title}: ${summary}`),
    element(
      "div",
      { class: "columns" },
      definitions(rawOf(cell)),
      dots(metric, cell, series),
      processTable(cell),
    ),
  );
  section.hidden = false;
}

/** Hidden from screen readers: the table beside it says the same. */
function dots(metric, cell, series) {
  const values = cell.processes.map((process) => processValueOf(metric, cell, process));
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    return element("p", {}, `The processes have no ${metric.title} of their own.`);
  }
  const interval = intervalOf(metric, cell);
  const [low, high] = domainOf([...known, ...(interval ?? [])], true);
  const air = (high / 1.3 - low * 1.3) * 0.15 || high * 0.05;
  const domain = [Math.max(0, low * 1.3 - air), high / 1.3 + air];
  const x = scaleOf(domain, [LEFT, WIDTH - 30], false);
  const bottom = values.length * ROW + 8;
  const middle = valueOf(metric, cell);
  const picture = shape(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${bottom + 24}`, "aria-hidden": "true" },
    ...linearTicks(domain, 4).flatMap((value) => [
      shape("line", { class: "grid", x1: x(value), x2: x(value), y1: 0, y2: bottom }),
      shape(
        "text",
        { x: x(value), y: bottom + 16, "text-anchor": "middle" },
        metric.format(value),
      ),
    ]),
    ...(interval === null ? [] : [shape("rect", {
      class: "band",
      x: x(interval[0]),
      width: Math.max(1, x(interval[1]) - x(interval[0])),
      y: 0,
      height: bottom,
    })]),
    ...(middle === null
      ? []
      : [shape("line", { class: "line", x1: x(middle), x2: x(middle), y1: 0, y2: bottom })]),
    ...cell.processes.flatMap((process, at) => {
      const y = at * ROW + ROW / 2 + 4;
      return [
        shape("text", { x: LEFT - 10, y: y + 4, "text-anchor": "end" }, `round ${process.round}`),
        values[at] === null
          ? shape("text", { class: "faint", x: LEFT + 6, y: y + 4 }, `× ${process.status}`)
          : shape("path", {
            class: cell.doubts.length > 0 ? "mark floor dot" : "mark dot",
            d: outlineOf(series.shape),
            transform: `translate(${x(values[at])} ${y})`,
          }),
      ];
    }),
  );
  return inked(picture, series.colour);
}

function processTable({ processes, open }) {
  const sessions = new Set(processes.map(({ session }) => session)).size > 1;
  const columns = open === undefined
    ? ["median_us", "min_us", "max_us"]
    : ["p50_us", "p99_us", "end_p99_us"];
  const head = [...(sessions ? ["session"] : []), "round", "status", "runs", ...columns];
  const number = (value) => value === null ? "" : String(Number(value.toPrecision(6)));
  const row = (process) =>
    element(
      "tr",
      {},
      ...(sessions ? [element("td", {}, process.session)] : []),
      element("td", {}, String(process.round)),
      element("td", { class: process.status === "ok" ? null : "bad" }, process.status),
      element("td", {}, String(process.runs)),
      ...columns.map((name) => element("td", {}, number((process.waits ?? process)[name]))),
    );
  const heads = head.map((name) => element("th", { scope: "col" }, name));
  const table = element(
    "table",
    {},
    element("caption", {}, "Processes, one per round"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...processes.map(row)),
  );
  const box = element("div", {
    class: "scroll",
    role: "region",
    "aria-label": "Processes of the cell",
    tabindex: "0",
  }, table);
  return processes.length === 0 ? element("p", {}, "No process was started for this cell.") : box;
}
