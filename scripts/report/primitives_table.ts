/** Prices side by side, one row per primitive. */
import type { Price } from "../../bench/primitives/primitives.ts";
import { type Paint, plainTable } from "./tables.ts";
import { digits } from "../cli/units.ts";

/** @param prices by runtime label */
export function primitivesTable(
  prices: ReadonlyMap<string, readonly Price[]>,
  paint: Paint,
): string {
  const runtimes = [...prices.keys()];
  const rows = prices.get(runtimes[0]) ?? [];
  const table = plainTable(["median", ...runtimes], paint, [0]);
  let group = "";
  for (const { group: of, name } of rows) {
    if (of !== group) table.push([paint("bold", of), ...runtimes.map(() => "")]);
    group = of;
    const price = (runtime: string) =>
      prices.get(runtime)!.find((other) => other.group === of && other.name === name);
    table.push([`  ${name}`, ...runtimes.map((runtime) => nanoseconds(price(runtime)?.ns))]);
  }
  return table.toString();
}

function nanoseconds(ns: number | undefined): string {
  if (ns === undefined) return "";
  return ns < 1_000 ? `${digits(ns)} ns` : `${digits(ns / 1_000)} µs`;
}
