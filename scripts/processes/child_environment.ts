/** The environment of the processes that are measured: without what changes a runtime behind everybody's back. */

/** Options and debug switches of the three runtimes. `NODE_OPTIONS=--inspect`, say, fails every cell. */
const ALTERS_A_RUNTIME =
  /^(NODE_OPTIONS|NODE_V8_COVERAGE|BUN_OPTIONS|BUN_INSPECT|DENO_V8_FLAGS|BUN_JSC_.*|JSC_.*|UV_.*)$/;

/** The names of variables that are left out here. */
export function leftOutVariables(): string[] {
  return Object.keys(process.env).filter((name) => ALTERS_A_RUNTIME.test(name)).sort();
}

export function childEnvironment(): Record<string, string | undefined> {
  const leftOut = leftOutVariables();
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !leftOut.includes(name)),
  );
}
