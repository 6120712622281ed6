/** Texts as somebody else may send them: either arbitrary, or valid except for one place. */
import fc from "fast-check";

/** Any text, a valid one, or a valid one in which a piece was replaced. */
export function mangledText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const spoiled = fc.tuple(valid, fc.nat(), fc.nat(9), fc.string({ unit: "binary", maxLength: 9 }))
    .map(([text, at, cut, instead]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + instead + text.slice(from + cut);
    });
  return fc.oneof(fc.string({ unit: "binary" }), spoiled, valid);
}

/**
 * JSON text: the valid value with one of its fields replaced by anything, or with fields missing; damaged text; or any
 * other JSON.
 */
export function mangledJson(valid: Record<string, unknown>): fc.Arbitrary<string> {
  const fields = Object.keys(valid);
  const spoiled = fc.tuple(
    fc.constantFrom(...fields),
    fc.oneof(fc.jsonValue(), fc.double().map((value) => value === Infinity ? 1e308 : value)),
  ).map(([name, value]) => JSON.stringify({ ...valid, [name]: value }));
  const less = fc.subarray(fields).map((names) =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, valid[name]])))
  );
  return fc.oneof(mangledText(fc.constant(JSON.stringify(valid))), spoiled, less, fc.json());
}
