/** The prices of all runtimes side by side, one row per primitive. */
import type { Price } from "../../bench/primitives/primitives.ts";
import type { Entry, TableData } from "./table.ts";
import { digits } from "../cli/units.js";

/** @param prices by runtime label */
export function primitivesTable(
  prices: ReadonlyMap<string, readonly Price[]>,
): TableData {
  const runtimes = [...prices.keys()];
  const rows = prices.get(runtimes[0]) ?? [];
  const lines: Entry[][] = [];
  let group = "";
  for (const { group: of, name } of rows) {
    if (of !== group) lines.push([{ text: of, tone: "bold" }, ...runtimes.map(() => "")]);
    group = of;
    const price = (runtime: string) =>
      prices.get(runtime)!.find((other) => other.group === of && other.name === name);
    lines.push([`  ${name}`, ...runtimes.map((runtime) => nanoseconds(price(runtime)?.ns))]);
  }
  return { head: ["median", ...runtimes], words: [0], rows: lines };
}

function nanoseconds(ns: number | undefined): string {
  if (ns === undefined) return "";
  return ns < 1_000 ? `${digits(ns)} ns` : `${digits(ns / 1_000)} µs`;
}
