/** Says where a frame comes from without naming the machine, and what kind of code it is. */
import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuntimeKind } from "../../bench/runtime.ts";
import type { CallFrame, CpuProfile } from "./cpu_profile.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A runtime names files by their real path, which may differ from that of the project's folder. */
const ROOTS = [ROOT, realpathSync(ROOT).replace(/\/*$/, "/")];

export const CATEGORIES = {
  strategy: "strategies and their primitives",
  bench: "the benchmark around them",
  runtime: "the runtime: built-in functions, garbage collection, native code",
  wait: "waiting: Atomics.wait, idle",
} as const;

export type Category = keyof typeof CATEGORIES;

/** Whether a frame belongs to what a thread does between two runs, or to the profiler itself. */
export function isOutsideRuns({ functionName, url }: CallFrame): boolean {
  // Their callers are not named here, because JavaScriptCore drops the frame of a function that ends in a call.
  return /^node:inspector|\/inspector\.js$|\/bench\/profile\/sampler\.ts$/.test(url) ||
    (functionName === "#awaitSignal" && url.endsWith("/bench/workers/control_block.ts"));
}

/**
 * The profile with the project's files named from its root. Deno's line numbers are those of the JavaScript that it has
 * made from a file, so they are dropped.
 */
export function withProjectPaths(profile: CpuProfile, kind: RuntimeKind): CpuProfile {
  const nodes = profile.nodes.map((node) => {
    const url = projectPath(node.callFrame.url);
    const place = kind === "deno" ? { lineNumber: -1, columnNumber: -1 } : {};
    return { ...node, callFrame: { ...node.callFrame, ...place, url } };
  });
  return { ...profile, nodes };
}

/**
 * `strategies/channel.ts` for a file of the project; only the file name for any other file; `node:fs` and the like
 * unchanged.
 */
export function projectPath(url: string, roots: readonly string[] = ROOTS): string {
  const path = url.startsWith("file:///") ? decodeURI(url.slice("file://".length)) : url;
  if (!path.startsWith("/")) return url;
  const root = roots.find((folder) => path.startsWith(folder));
  return root === undefined ? `external/${basename(path)}` : path.slice(root.length);
}

/** The category of a frame with a project path. */
export function categoryOf({ functionName, url }: CallFrame): Category {
  // Bun reports it as a frame of the built-in function.
  const waits = functionName === "(idle)" || (url === "" && functionName === "wait") ||
    (url === "bench/profile/named_waits.ts" && functionName === "Atomics.wait");
  if (waits) return "wait";
  if (url.startsWith("strategies/")) return "strategy";
  return url.startsWith("bench/") ? "bench" : "runtime";
}
