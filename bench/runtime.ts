/** Where the three runtimes differ inside a process of the suite. Everything else is one source. */
import nodeModule from "node:module";

export type RuntimeKind = "deno" | "bun" | "node";

export const RUNTIME_KINDS: readonly RuntimeKind[] = ["deno", "bun", "node"];

/** Which runtime this is, and its version. `versions.node` is set in all three, so it is asked last. */
export function currentRuntime(): { kind: RuntimeKind; version: string } {
  const versions: Record<string, string | undefined> = process.versions;
  if (versions.deno) return { kind: "deno", version: versions.deno };
  if (versions.bun) return { kind: "bun", version: versions.bun };
  return { kind: "node", version: versions.node ?? "unknown" };
}

/**
 * The arguments that make a runtime run a TypeScript file. Deno would otherwise ask for permissions, and
 * type-check what a Worker loads while it runs.
 */
export function runArguments(kind: RuntimeKind): string[] {
  return kind === "deno" ? ["run", "-A", "--no-check", "--quiet"] : [];
}

/**
 * Let the next process of this kind find this thread's code compiled. Node would write that code when it exits, but the
 * launcher does not wait for that; Deno and Bun need no such call. Blocks for some ms where there is something new to
 * write.
 */
export function keepCompiledCode(): void {
  nodeModule.flushCompileCache?.();
}

/** The arguments with which a runtime must be started so that `collectGarbage` works. @param more flags of V8 */
export function garbageArguments(kind: RuntimeKind, more: readonly string[] = []): string[] {
  const v8 = ["--expose-gc", ...more];
  return { deno: [`--v8-flags=${v8.join()}`], node: v8, bun: [] }[kind];
}

/** Collect this thread's garbage now, if the runtime was started with `garbageArguments`. Blocks for some ms. */
export function collectGarbage(): void {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };
  if (gc !== undefined) gc();
  else Bun?.gc(true);
}
