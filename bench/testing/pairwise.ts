/**
 * Rows of settings in which every pair of values of any two axes occurs at least once, which are far fewer than all
 * combinations.
 */

/** A greedy selection of all pairs; the same axes give the same rows. */
export function pairwise<Axes extends Record<string, readonly unknown[]>>(
  axes: Axes,
): { [Name in keyof Axes]: Axes[Name][number] }[] {
  const names = Object.keys(axes);
  const all = names.reduce<Record<string, unknown>[]>(
    (rows, name) => rows.flatMap((row) => axes[name].map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
  const pairsOf = (row: Record<string, unknown>) =>
    names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a}=${row[a]} ${b}=${row[b]}`));
  const open = new Set(all.flatMap(pairsOf));
  const chosen: Record<string, unknown>[] = [];
  while (open.size > 0) {
    const news = (row: Record<string, unknown>) =>
      pairsOf(row).filter((pair) => open.has(pair)).length;
    const best = all.reduce((a, b) => (news(b) > news(a) ? b : a));
    for (const pair of pairsOf(best)) open.delete(pair);
    chosen.push(best);
  }
  return chosen as { [Name in keyof Axes]: Axes[Name][number] }[];
}
