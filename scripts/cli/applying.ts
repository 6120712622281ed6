/** Those of the notes that apply, in their order. @param notes false for a note that does not apply */
export function applying(...notes: readonly (string | false)[]): string[] {
  return notes.filter((note) => note !== false);
}
