/** All cells as a table that can be sorted and filtered: the chart for readers who do not see it. */
import { byId, element } from "./dom.js";
import { count, rate, time } from "../../cli/units.js";
import { METRICS, metricsOf, rawValueOf } from "./metrics.js";
import { processesText } from "./words.js";

const number = (title, of, format) => ({
  title,
  of,
  text: (cell) => of(cell) === null ? "" : format(of(cell)),
});
const column = (metric, title = metric.title) =>
  number(title, (cell) => rawValueOf(metric, cell), metric.format);
const timed = (key, title) => column(METRICS.find((one) => one.key === key), title);
/** The cell's own state; what is true for a whole session is said once, above the chart. */
const stateOf = (cell) =>
  cell.status === "ok"
    ? ["ok", ...cell.doubts, cell.verify === "mixed" && "mixed checks"]
      .filter(Boolean).join(", ")
    : [cell.status, cell.detail].filter((text) => text !== null).join(": ");

/** `of` gives the value to sort by, `text` what is shown; columns of words are aligned left. */
const FIRST = [
  { title: "strategy", isWord: true, of: (cell) => cell.label, text: (cell) => cell.label },
  { title: "runtime", isWord: true, of: (cell) => cell.runtime, text: (cell) => cell.runtime },
  number("producers", (cell) => cell.producers, count),
  { title: "status", isWord: true, isLong: true, of: stateOf, text: stateOf },
];
const TIMED = [
  timed("time", "time"),
  number("95 % from", (cell) => cell.low_us, time),
  number("to", (cell) => cell.high_us, time),
  timed("rate", "messages/s"),
  timed("price", "a message"),
  timed("share", "of socket-bulk"),
  timed("cpu", "CPU per message"),
  timed("memory", "peak memory"),
];
const LAST = [number("processes", (cell) => cell.processes.length, count)];

/** All columns of a setting; an open loop also has the rates that its producers set. */
function columnsOf(setting) {
  const isOpen = setting.cells.some((cell) => cell.open !== undefined);
  const own = isOpen
    ? [
      number("delivered", (cell) => cell.open.delivered_per_s, rate),
      ...metricsOf(setting).map((metric) => column(metric)),
    ]
    : TIMED;
  return [...FIRST, ...own, ...LAST];
}

/** @param select called with the cell whose name was pressed */
export function openTable(select) {
  let cells = [];
  let columns = [];
  let heads = [];
  /** The title of the column that sorts, which other settings may have, too. */
  let sorted = null;
  let isDescending = false;
  const body = element("tbody");
  const headLine = element("tr");
  byId("table").replaceChildren(
    element(
      "caption",
      {},
      "One row per cell. The heads sort; a strategy's name shows its processes.",
    ),
    element("thead", {}, headLine),
    body,
  );

  const sortBy = ({ title }) => {
    isDescending = sorted === title && !isDescending;
    sorted = title;
    draw();
  };
  const draw = () => {
    columns.forEach(({ title }, at) => {
      const order = title !== sorted ? "none" : isDescending ? "descending" : "ascending";
      heads[at].setAttribute("aria-sort", order);
      heads[at].firstChild.textContent = title +
        { none: "", ascending: " ↑", descending: " ↓" }[order];
    });
    const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const onlyOdd = byId("only-odd").checked;
    const rows = cells.filter((cell) => {
      const text = `${cell.runtime} ${cell.label} ${cell.producers} ${stateOf(cell)}`.toLowerCase();
      return words.every((word) => text.includes(word)) &&
        (!onlyOdd || cell.status !== "ok" || cell.doubts.length > 0);
    });
    const by = columns.find(({ title }) => title === sorted);
    if (by !== undefined) rows.sort((a, b) => ordered(by.of(a), by.of(b), isDescending));
    body.replaceChildren(...rows.map((cell) => rowOf(cell, columns, select)));
    byId("rows").textContent = `${count(rows.length)} of ${count(cells.length)} cells`;
  };
  byId("filter").addEventListener("input", draw);
  byId("only-odd").addEventListener("change", draw);
  return {
    show(setting) {
      cells = setting.cells;
      columns = columnsOf(setting);
      heads = columns.map((column) =>
        element(
          "th",
          { scope: "col", class: column.isWord ? "word" : null, "aria-sort": "none" },
          element("button", { type: "button", click: () => sortBy(column) }, column.title),
        )
      );
      headLine.replaceChildren(...heads);
      draw();
    },
  };
}

/** Unknown values come last, in either direction. */
function ordered(a, b, isDescending) {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0;
  return isDescending ? -order : order;
}

function rowOf(cell, columns, select) {
  return element(
    "tr",
    { class: cell.doubts.length > 0 ? "floor" : null },
    ...columns.map((column, at) => {
      const text = column.text(cell);
      if (at === 0) {
        const button = element("button", {
          type: "button",
          title: processesText(cell),
          click: () => select(cell, true),
        }, text);
        return element("th", { scope: "row", class: "word" }, button);
      }
      const isBad = column.isLong && !["ok", "skipped"].includes(cell.status);
      const kinds = [column.isWord ? "word" : "figure", column.isLong && "long", isBad && "bad"];
      return element("td", { class: kinds.filter(Boolean).join(" ") }, text);
    }),
  );
}
