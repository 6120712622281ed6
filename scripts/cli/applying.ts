/** Notes of which each is true of some results alone: those that are. @param notes false: not true of these */
export function applying(...notes: readonly (string | false)[]): string[] {
  return notes.filter((note) => note !== false);
}
