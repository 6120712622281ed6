/**
 * Why one strategy beats another: the way from the slowest to the fastest, one change at a time. All steps are
 * measured in one run, interleaved.
 */
export interface Step {
  /** As `--strategies` takes it. */
  subject: string;
  /** What it changes, and against which step. */
  change: string;
  from: string | null;
}

/** From the slowest to the fastest. */
export const MAIN_WAY: readonly Step[] = [
  { subject: "channel:drain=each", change: "one write per message", from: null },
  {
    subject: "channel:drain=batch",
    change: "one write for all",
    from: "channel:drain=each",
  },
  {
    subject: "swap-buffer",
    change: "lock, two buffers",
    from: "channel:drain=batch",
  },
  { subject: "atomic-swap", change: "atomic add, no lock", from: "swap-buffer" },
  {
    subject: "sharded-rings:publish=1",
    change: "a ring per Worker",
    from: "atomic-swap",
  },
  {
    subject: "sharded-rings:publish=64",
    change: "published every 64th",
    from: "sharded-rings:publish=1",
  },
];

/** What else differs between the post's arms. */
export const BRANCHES: readonly Step[] = [
  { subject: "swap-buffer:drain=each", change: "lock without batch", from: "swap-buffer" },
  { subject: "async-lock", change: "lock awaited", from: "swap-buffer" },
  {
    subject: "async-lock:fair=true",
    change: "awaited in turn",
    from: "async-lock",
  },
];
