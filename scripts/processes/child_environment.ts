/** The environment of the measured processes, without variables that change what a runtime does. */
import { fileURLToPath } from "node:url";

/**
 * Options and debug switches of the three runtimes. With `NODE_OPTIONS=--inspect`, for example, every cell would fail.
 */
const ALTERS_A_RUNTIME =
  /^(NODE_OPTIONS|NODE_V8_COVERAGE|BUN_OPTIONS|BUN_INSPECT|DENO_V8_FLAGS|BUN_JSC_.*|JSC_.*|UV_.*)$/;

/** The names of variables of this process that a measured process does not get. */
export function leftOutVariables(): string[] {
  return Object.keys(process.env).filter((name) => ALTERS_A_RUNTIME.test(name)).sort();
}

/**
 * Where Node caches compiled code, so that a cell's process and two Workers start in 300 ms instead of 650. Deno and
 * Bun have a cache of their own or need none.
 */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/fanin", import.meta.url));

export function childEnvironment(): Record<string, string | undefined> {
  const leftOut = leftOutVariables();
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !leftOut.includes(name))),
    NODE_COMPILE_CACHE: COMPILED,
  };
}
