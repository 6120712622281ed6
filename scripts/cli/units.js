// @ts-check
/**
 * Formats numbers for people, on the terminal and on the page, which embeds this file unchanged. The CSV files have the
 * raw numbers.
 */

/** From this value on, three digits would show 1,000 of a unit, so it is shown as 1 of the next unit. */
const NEXT_UNIT = 999.5;

/** A time with three digits, in µs, ms or s. @param {number} us @returns {string} */
export function time(us) {
  if (us < NEXT_UNIT) return `${digits(us)} µs`;
  if (us < NEXT_UNIT * 1_000) return `${digits(us / 1_000)} ms`;
  return `${digits(us / 1_000_000)} s`;
}

/** A number per second: 38.2 M/s. @param {number} perSecond @returns {string} */
export function rate(perSecond) {
  if (perSecond < NEXT_UNIT) return `${digits(perSecond)} /s`;
  if (perSecond < NEXT_UNIT * 1e3) return `${digits(perSecond / 1e3)} k/s`;
  return `${digits(perSecond / 1e6)} M/s`;
}

/** @param {number} bytes @returns {string} */
export function memory(bytes) {
  if (bytes < 1_023.5 * 2 ** 10) return `${digits(bytes / 2 ** 10)} KiB`;
  if (bytes < 1_023.5 * 2 ** 20) return `${digits(bytes / 2 ** 20)} MiB`;
  return `${digits(bytes / 2 ** 30)} GiB`;
}

/** @param {number} share @returns {string} */
export function percent(share) {
  return `${digits(share * 100)} %`;
}

/** @param {number} count @returns {string} */
export function count(count) {
  return count.toLocaleString("en-US");
}

/** Three significant digits without an exponent. @param {number} value @returns {string} */
export function digits(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
}

/** A long time in words: 45 s, 3 min, 1 h 20 min. @param {number} ms @returns {string} */
export function duration(ms) {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A factor: 1.4×, 57×. @param {number} value @returns {string} */
export function factor(value) {
  return `${digits(value)}×`;
}

/**
 * `node 26.10.0`. A name that already contains the version stays as it is. @param {string} name @param {string} version
 */
export function runtimeTitle(name, version) {
  return name.includes(version) ? name : `${name} ${version}`;
}
