/** Reads and checks the parameters of a strategy or a control: `channel:drain=batch`. */
import type { Params, ParamSpec } from "./strategy.ts";

interface Parametrised {
  name: string;
  params: Readonly<Record<string, ParamSpec>>;
}

/** Checks the given values and fills in defaults, in the order of the declaration. @throws {RangeError} */
export function parseParams(
  subject: Parametrised,
  given: Readonly<Record<string, string | number>>,
): Params {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(subject.params, key)) {
      const known = Object.keys(subject.params);
      throw new RangeError(
        `${subject.name} has no parameter "${key}"; ` +
          (known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`),
      );
    }
  }
  return Object.fromEntries(
    Object.entries(subject.params)
      .map(([key, spec]) => [key, valueOf(subject.name, key, spec, given[key])] as const)
      .filter(([key, value]) => {
        const spec = subject.params[key];
        return !("isOptional" in spec) || value !== spec.default;
      }),
  );
}

function valueOf(name: string, key: string, spec: ParamSpec, given: string | number | undefined) {
  if (given === undefined) return spec.default;
  if ("choices" in spec) {
    if (spec.choices.includes(String(given))) return String(given);
    throw new RangeError(`${name}: ${key} is ${spec.choices.join(" or ")}, not "${given}"`);
  }
  const value = String(given).trim() === "" ? NaN : Number(given);
  if (Number.isInteger(value) && value >= spec.min && value <= spec.max) return value;
  throw new RangeError(
    `${name}: ${key} is a whole number from ${spec.min} to ${spec.max}, not "${given}"`,
  );
}

/** Formats all parameters for one cell of a table: `drain=batch`, several joined by ";", and "" for none. */
export function formatParams(params: Params): string {
  return Object.entries(params).map(([key, value]) => `${key}=${value}`).join(";");
}
