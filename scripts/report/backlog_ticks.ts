/** Round numbers for the axes of backlog.svg: bytes in one unit for the whole axis, messages as plain counts. */
import { count, digits } from "../cli/units.js";
import { linearTicks } from "./page/layout.js";

export interface Tick {
  value: number;
  text: string;
}

/** Approximate numbers of ticks; the plot of messages is the lower one. */
const BYTE_TICKS = 5;
const COUNT_TICKS = 4;

const UNITS = [
  { name: "GiB", bytes: 2 ** 30 },
  { name: "MiB", bytes: 2 ** 20 },
  { name: "KiB", bytes: 2 ** 10 },
  { name: "bytes", bytes: 1 },
];

/** Ticks of a linear axis from 0. */
export function byteTicks(most: number): Tick[] {
  const { name, bytes } = UNITS.find((unit) => most >= unit.bytes) ?? UNITS.at(-1)!;
  return linearTicks([0, most / bytes], BYTE_TICKS)
    .filter((value) => bytes > 1 || Number.isInteger(value))
    .map((value) => ({
      value: value * bytes,
      text: value === 0 ? "0" : `${digits(value)} ${name}`,
    }));
}

/** Ticks of a linear axis from 0. */
export function countTicks(most: number): Tick[] {
  return linearTicks([0, most], COUNT_TICKS).filter(Number.isInteger)
    .map((value) => ({ value, text: count(value) }));
}
