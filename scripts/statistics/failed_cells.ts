/** What stands in place of a strategy's figure under a runtime. */
import type { Summary } from "../results/columns.ts";

/**
 * By runtime, where a strategy has no figure: the word of its first cell that failed, else skipped.
 * @param rows of one strategy
 */
export function wordsOf(rows: readonly Summary[]): Map<string, string> {
  return new Map(
    [...Map.groupBy(rows, ({ runtime }) => runtime!)].flatMap(([runtime, own]) => {
      const failed = own.find(({ status }) => status !== "ok" && status !== "skipped");
      if (failed !== undefined) return [[runtime, failed.status!]];
      return own.some(({ status }) => status === "ok") ? [] : [[runtime, "skipped"]];
    }),
  );
}
