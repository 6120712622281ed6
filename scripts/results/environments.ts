/** How the surroundings of two results differ, and whether that alone could move their figures. */

export interface EnvironmentDifference {
  /** `machine.cores`, `options.seed`, … */
  field: string;
  before: string;
  after: string;
  /** Whether a time may differ for this reason and not for the one that is looked for. */
  confounds: boolean;
}

/** What may differ without moving a figure, or is what the comparison is about. */
const HARMLESS = [
  /^schema$/,
  /^session$/,
  /^notes\b/,
  /^launcher\b/,
  /^runtimes\b/,
  /^commit\b/,
  /^bulkChunkBytes\b/,
  // What a cell is shows in its key; these say which cells there are and how often.
  /^options\.(runtimes|subjects|producers|workers|messages|total|messageBytes|turn|capacity|sink|rounds|budgetMs|precision|seed|timeoutMs|preset|dryRun|list|save|report|resume|out|listenerRuntime|allowChangedEnvironment)\b/,
];

/** Every field in which they differ. Merged results hold a list of environments, which is compared as it is. */
export function environmentDifferences(before: unknown, after: unknown): EnvironmentDifference[] {
  const [old, now] = [flatten(before), flatten(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({
      field,
      before: old.get(field) ?? "not recorded",
      after: now.get(field) ?? "not recorded",
      confounds: !HARMLESS.some((pattern) => pattern.test(field)),
    }));
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) {
      flatten(inner, path === "" ? key : `${path}.${key}`, into);
    }
  } else into.set(path, String(value));
  return into;
}
