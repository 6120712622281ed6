// @ts-check
/** Where things go in a chart. Used by the page in the browser and by the pictures; knows no DOM. */

/**
 * Maps values to pixels.
 * @param {readonly [number, number]} domain
 * @param {readonly [number, number]} range
 * @param {boolean} log
 * @returns {(value: number) => number}
 */
export function scaleOf(domain, range, log) {
  const place = log ? Math.log : Number;
  const start = place(domain[0]);
  const span = place(domain[1]) - start || 1;
  return (value) => range[0] + ((place(value) - start) / span) * (range[1] - range[0]);
}

/**
 * The domain of an axis with some room at its ends; a linear one starts at 0.
 * @param {readonly number[]} values above 0
 * @param {boolean} log
 * @returns {[number, number]}
 */
export function domainOf(values, log) {
  if (values.length === 0) return log ? [1, 10] : [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  return log ? [low / 1.3, high * 1.3] : [0, high * 1.05];
}

/**
 * 1, 10, 100 …; and 1, 2, 5, 10 … where these are fewer than three.
 * @param {readonly [number, number]} domain
 * @returns {number[]}
 */
export function logTicks([low, high]) {
  const within = (/** @type {readonly number[]} */ steps) => {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      // Written as text: 10 ** -3 is not the number that 0.001 is.
      for (const step of steps) ticks.push(Number(`${step}e${power}`));
    }
    return ticks.filter((tick) => tick >= low && tick <= high);
  };
  const decades = within([1]);
  return decades.length >= 3 ? decades : within([1, 2, 5]);
}

/**
 * Round steps of 1, 2 or 5 times a power of ten.
 * @param {readonly [number, number]} domain
 * @param {number} count about how many
 * @returns {number[]}
 */
export function linearTicks([low, high], count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (([2, 5].find((factor) => factor * power >= rough)) ?? 10) * power;
  const exact = rough <= power ? power : step;
  const ticks = [];
  for (let at = Math.ceil(low / exact); at * exact <= high; at++) {
    ticks.push(Number((at * exact).toPrecision(12)));
  }
  return ticks;
}

/**
 * The powers of two of a domain, as many as have room.
 * @param {readonly [number, number]} domain
 * @param {number} room how many have room
 * @returns {number[]}
 */
export function powerTicks([low, high], room) {
  const first = Math.ceil(Math.log2(low));
  const last = Math.floor(Math.log2(high));
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, room)));
  const ticks = [];
  for (let power = first; power <= last; power += step) ticks.push(2 ** power);
  return ticks;
}

/**
 * Moves labels apart, as little as it takes (least squares: a pool of neighbours that touch shares the way).
 * @param {readonly number[]} wanted where each would like to be
 * @param {number} gap between two neighbours; less where the room is too small for all
 * @param {number} low
 * @param {number} high
 * @returns {number[]} in the order of `wanted`
 */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const step = Math.min(gap, (high - low) / Math.max(1, wanted.length - 1));
  /** @type {{ sum: number, count: number }[]} */
  const pools = [];
  order.forEach((at, place) => {
    let pool = { sum: wanted[at] - place * step, count: 1 };
    for (
      let above = pools.at(-1);
      above !== undefined && above.sum / above.count > pool.sum / pool.count;
      above = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: pool.sum + above.sum, count: pool.count + above.count };
    }
    pools.push(pool);
  });
  const shifts = pools.flatMap(({ sum, count }) => Array(count).fill(sum / count));
  const most = high - (wanted.length - 1) * step;
  const places = Array(wanted.length).fill(0);
  order.forEach((at, place) => {
    places[at] = Math.min(Math.max(shifts[place], low), most) + place * step;
  });
  return places;
}

/**
 * Cuts a line where a cell has no figure, and where it goes from mostly fixed cost to a figure that counts.
 * @template {{ floor: boolean }} Point
 * @param {readonly (Point | null)[]} points in the order of the axis, null where there is no figure
 * @returns {{ floor: boolean, points: Point[] }[]} pieces of two points or more
 */
export function piecesOf(points) {
  /** @type {{ floor: boolean, points: Point[] }[]} */
  const pieces = [];
  points.forEach((point, at) => {
    const before = at > 0 ? points[at - 1] : null;
    if (point === null || before === null) return;
    const floor = point.floor || before.floor;
    const last = pieces.at(-1);
    if (last !== undefined && last.floor === floor && last.points.at(-1) === before) {
      last.points.push(point);
    } else {
      pieces.push({ floor, points: [before, point] });
    }
  });
  return pieces;
}
