/** The box beside a point under the pointer. Screen readers get the same in the point's name. */
import { byId, definitions, element } from "./dom.js";
import { caveatsOf, figureOf, intervalText, processesText, rawOf, titleOf } from "./words.js";

export function showTip(metric, cell, near) {
  const tip = byId("tip");
  tip.replaceChildren(
    element("p", {}, titleOf(cell)),
    element("p", {}, `${metric.title}: ${figureOf(metric, cell)}`),
    ...[intervalText(metric, cell), processesText(cell), ...caveatsOf(cell)]
      .filter((text) => text !== "").map((text) => element("p", {}, text)),
    ...(cell.status === "ok" ? [definitions(rawOf(cell))] : []),
  );
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = near.right + 12 + width < innerWidth ? near.right + 12 : near.left - width - 12;
  tip.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  tip.style.top = `${Math.max(8, Math.min(near.top - 20, innerHeight - height - 8))}px`;
}

export function hideTip() {
  byId("tip").hidden = true;
}
