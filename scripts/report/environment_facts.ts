/** environment.json as names and values for people, whatever it contains, since another version may have written it. */
import { plainText } from "../cli/plain_text.ts";

export interface EnvironmentFacts {
  /** The name of the session. */
  title: string;
  facts: [name: string, value: string][];
}

/** @param environment one environment, or the array that joined results have */
export function environmentFacts(environment: unknown): EnvironmentFacts[] {
  const all = Array.isArray(environment) ? environment : [environment];
  return all.map((one) => {
    const facts = isObject(one)
      ? Object.entries(one).flatMap(([key, value]) => leaves(key, value))
      : [];
    const session = isObject(one) ? one.session : null;
    return { title: plainText(session), facts };
  });
}

function leaves(name: string, value: unknown): [string, string][] {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) => leaves(`${name}.${key}`, inner));
  }
  if (Array.isArray(value) && value.some(isObject)) {
    return value.map((item, at) => [plainText(`${name}.${at + 1}`), plainText(inWords(item))]);
  }
  return [[plainText(name), value === null ? "none" : plainText(inWords(value))]];
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(inWords).join(", ");
  if (!isObject(value)) return String(value);
  return Object.entries(value).map(([key, inner]) => `${key} ${inWords(inner)}`).join(", ");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
