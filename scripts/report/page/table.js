/** All cells as a table that sorts and filters: the chart for those who do not see it. */
import { byId, element } from "./dom.js";
import { count } from "../../cli/units.js";
import { METRICS, valueOf } from "./metrics.js";
import { processesText } from "./words.js";

const metric = (key) => METRICS.find((one) => one.key === key);
const column = (key, title) => ({
  title,
  of: (cell) => valueOf(metric(key), cell),
  text: (cell) => {
    const value = valueOf(metric(key), cell);
    return value === null
      ? ""
      : (key === "time" && cell.floor ? "~" : "") + metric(key).format(value);
  },
});
const bound = (title, of) => ({
  title,
  of,
  text: (cell) => of(cell) === null ? "" : metric("time").format(of(cell)),
});
/** A cell's own state; what is true of a whole run is said once, above the chart. */
const stateOf = (cell) =>
  cell.status === "ok"
    ? ["ok", cell.floor && "mostly fixed cost", cell.verify === "mixed" && "mixed checks"]
      .filter(Boolean).join(", ")
    : [cell.status, cell.detail].filter((text) => text !== null).join(": ");

/** `of` is what sorts, `text` what is shown; columns of words stand left. */
const COLUMNS = [
  { title: "strategy", isWord: true, of: (cell) => cell.label, text: (cell) => cell.label },
  { title: "runtime", isWord: true, of: (cell) => cell.runtime, text: (cell) => cell.runtime },
  { title: "producers", of: (cell) => cell.producers, text: (cell) => count(cell.producers) },
  { title: "status", isWord: true, isLong: true, of: stateOf, text: stateOf },
  column("time", "time"),
  bound("95 % from", (cell) => cell.low_us),
  bound("to", (cell) => cell.high_us),
  column("rate", "messages/s"),
  column("price", "a message"),
  column("share", "of socket-bulk"),
  column("cpu", "CPU per message"),
  column("memory", "peak memory"),
  {
    title: "processes",
    of: (cell) => cell.processes.length,
    text: (cell) => String(cell.processes.length),
  },
];

/** @param select called with the cell whose name was pressed */
export function openTable(select) {
  let cells = [];
  let sorted = null;
  let isDescending = false;
  const body = element("tbody");
  const heads = COLUMNS.map((column) =>
    element(
      "th",
      { scope: "col", class: column.isWord ? "word" : null, "aria-sort": "none" },
      element("button", { type: "button", click: () => sortBy(column) }, column.title),
    )
  );
  byId("table").replaceChildren(
    element(
      "caption",
      {},
      "One row per cell. The heads sort; a strategy's name shows its processes.",
    ),
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );

  const sortBy = (column) => {
    isDescending = sorted === column && !isDescending;
    sorted = column;
    draw();
  };
  const draw = () => {
    COLUMNS.forEach((column, at) => {
      const order = column !== sorted ? "none" : isDescending ? "descending" : "ascending";
      heads[at].setAttribute("aria-sort", order);
      heads[at].firstChild.textContent = column.title +
        { none: "", ascending: " ↑", descending: " ↓" }[order];
    });
    const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const onlyOdd = byId("only-odd").checked;
    const rows = cells.filter((cell) => {
      const text = `${cell.runtime} ${cell.label} ${cell.producers} ${stateOf(cell)}`.toLowerCase();
      return words.every((word) => text.includes(word)) &&
        (!onlyOdd || cell.status !== "ok" || cell.floor);
    });
    if (sorted !== null) rows.sort((a, b) => ordered(sorted.of(a), sorted.of(b), isDescending));
    body.replaceChildren(...rows.map((cell) => rowOf(cell, select)));
    byId("rows").textContent = `${count(rows.length)} of ${count(cells.length)} cells`;
  };
  byId("filter").addEventListener("input", draw);
  byId("only-odd").addEventListener("change", draw);
  return {
    show(next) {
      cells = next;
      draw();
    },
  };
}

/** What is unknown comes last, in either direction. */
function ordered(a, b, isDescending) {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0;
  return isDescending ? -order : order;
}

function rowOf(cell, select) {
  return element(
    "tr",
    { class: cell.floor ? "floor" : null },
    ...COLUMNS.map((column, at) => {
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
