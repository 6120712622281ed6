// @ts-check
/** Numbers for people, as scripts/cli/units.ts writes them in a terminal; the browser cannot load that file. */

/** @param {number} us @returns {string} */
export function time(us) {
  if (us < 1_000) return `${digits(us)} µs`;
  if (us < 1_000_000) return `${digits(us / 1_000)} ms`;
  return `${digits(us / 1_000_000)} s`;
}

/** @param {number} perSecond @returns {string} */
export function rate(perSecond) {
  if (perSecond >= 1e6) return `${digits(perSecond / 1e6)} M/s`;
  return perSecond >= 1e3 ? `${digits(perSecond / 1e3)} k/s` : `${digits(perSecond)} /s`;
}

/** @param {number} bytes @returns {string} */
export function memory(bytes) {
  if (bytes < 2 ** 20) return `${digits(bytes / 2 ** 10)} KiB`;
  return bytes < 2 ** 30 ? `${digits(bytes / 2 ** 20)} MiB` : `${digits(bytes / 2 ** 30)} GiB`;
}

/** @param {number} share @returns {string} */
export function percent(share) {
  return `${digits(share * 100)} %`;
}

/** @param {number} count @returns {string} */
export function count(count) {
  return count.toLocaleString("en-US");
}

/** Three significant digits, no exponent. @param {number} value @returns {string} */
export function digits(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
}
