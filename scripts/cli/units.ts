/** Numbers for people. The raw ones are in the CSV. */

/** µs as µs, ms or s, three digits. */
export function time(us: number): string {
  if (us < 1_000) return `${digits(us)} µs`;
  if (us < 1_000_000) return `${digits(us / 1_000)} ms`;
  return `${digits(us / 1_000_000)} s`;
}

/** A long time in words: 45 s, 3 min, 1 h 20 min. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count a second: 38.2 M/s. */
export function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${digits(perSecond / 1e6)} M/s`;
  return perSecond >= 1e3 ? `${digits(perSecond / 1e3)} k/s` : `${digits(perSecond)} /s`;
}

/** How many times: 1.4×, 57×. */
export function factor(value: number): string {
  return `${digits(value)}×`;
}

/** Three significant digits, no exponent. */
export function digits(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
}
