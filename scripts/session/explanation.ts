/**
 * Why one strategy beats another: the way from the slowest to the fastest, one change at a time. All steps are measured
 * in one session, interleaved.
 */
export interface Step {
  /** The strategy in the syntax of `--strategies`. */
  subject: string;
  /** What the step changes, compared with the step `from`. */
  change: string;
  from: string | null;
}

/** From the slowest to the fastest; each changes the one before it. */
export const MAIN_WAY: readonly Step[] = [
  ["channel:drain=each", "one write per message"],
  ["channel:drain=batch", "one write for all"],
  ["swap-buffer", "lock, two buffers"],
  ["atomic-swap", "atomic add, no lock"],
  ["sharded-rings:publish=1", "a ring per Worker"],
  ["sharded-rings:publish=64", "published every 64th"],
].map(([subject, change], at, way) => ({
  subject,
  change,
  from: at === 0 ? null : way[at - 1][0],
}));

/** Other differences between the post's arms. */
export const BRANCHES: readonly Step[] = [
  { subject: "swap-buffer:drain=each", change: "lock without batch", from: "swap-buffer" },
  { subject: "async-lock", change: "lock awaited", from: "swap-buffer" },
  { subject: "async-lock:fair=true", change: "awaited in turn", from: "async-lock" },
];
