/** Finds the runtimes: those pinned by this project, those on the system, or one at any path. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runArguments, RUNTIME_KINDS, type RuntimeKind } from "../../bench/runtime.ts";
import { printable } from "../../bench/wire/printable.ts";
import { UsageError } from "../cli/command.ts";

export interface Runtime {
  kind: RuntimeKind;
  version: string;
  path: string;
  /** `pinned`, `system`, or the path that was given. */
  source: string;
  /**
   * The name in tables and CSV: the one that was given, else the kind, with the version if several of that kind run.
   */
  label: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { platform, arch } = process;

/**
 * Where npm puts each pinned binary on Linux and macOS. They are found by path, because only this platform's packages
 * are installed, and `node` and `bun` are not always on the PATH (under `deno task` neither is).
 */
const PINNED: Record<RuntimeKind, string> = {
  deno: `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}/deno`,
  bun: `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}/bin/bun`,
  node: `node-${
    platform === "darwin" && arch === "arm64" ? "bin-" : ""
  }${platform}-${arch}/bin/node`,
};

/** The runtimes that are measured by default. */
export const DEFAULT_RUNTIMES = "deno,bun,node";

export interface FoundRuntimes {
  runtimes: Runtime[];
  /** One line for each runtime that was not found. */
  missing: string[];
}

/** One item of a list of runtimes, as it was written. */
export interface AskedRuntime {
  /** The name that was given, or null. */
  name: string | null;
  kind: RuntimeKind;
  /** `pinned`, `system` or a path. */
  source: string;
}

export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,23}$/;

/** Parses `deno`, `deno=/path`, `before=deno` or `before=deno:/path`. @throws {UsageError} */
export function parseRuntime(item: string): AskedRuntime {
  // It may come from the plan in a folder that somebody else has written.
  const shown = printable(item);
  const [left, right] = splitOnce(item.trim(), "=");
  const [kind, source = "pinned"] = splitOnce(right ?? "", ":");
  if (isKind(left)) {
    if (!isKind(kind)) return { name: null, kind: left, source: right ?? "pinned" };
    throw new UsageError(
      `"${shown}" names a runtime ${left}, which is a kind; give it another name, as before=${
        printable(right!)
      }`,
    );
  }
  if (right === undefined || !isKind(kind)) {
    throw new UsageError(
      `"${shown}" is no runtime; --runtimes takes ${
        RUNTIME_KINDS.join(", ")
      }, kind=/path, or name=kind:/path`,
    );
  }
  if (!NAME.test(left)) {
    throw new UsageError(
      `"${printable(left)}" cannot name a runtime: give up to 24 letters, digits, dots, _ or -`,
    );
  }
  return { name: left, kind, source };
}

/** Text from which `parseRuntime` reads the same item. */
export function formatRuntime({ name, kind, source }: AskedRuntime): string {
  return name === null ? `${kind}=${source}` : `${name}=${kind}:${source}`;
}

/** Whether the runtime was given by a path. */
export function hasPath({ source }: AskedRuntime): boolean {
  return source !== "pinned" && source !== "system";
}

export function splitRuntimes(list: string): string[] {
  return list.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/**
 * The runtimes of a list such as `deno,bun=system,before=node,after=node:/opt/node/bin/node`. A runtime of the default
 * list may be missing; one that was asked for may not. The same program under two names is measured twice.
 * @throws {UsageError} for an item that cannot be parsed, for a named runtime that is missing, or when none is found
 */
export function findRuntimes(list: string): FoundRuntimes {
  const found: Found[] = [];
  const missing: string[] = [];
  for (const { name, kind, source } of splitRuntimes(list).map(parseRuntime)) {
    if (name !== null && found.some((other) => other.name === name)) {
      throw new UsageError(`--runtimes ${list}: two of them are called ${name}`);
    }
    const runtime = probe(kind, source);
    if (typeof runtime === "string") missing.push(runtime);
    else if (name !== null || !found.some((other) => isUnnamed(other, runtime))) {
      found.push({ ...runtime, name });
    }
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

/** Finds one runtime for a helper process. @throws {UsageError} also for a list of several */
export function findRuntime(item: string): Runtime {
  if (splitRuntimes(item).length > 1) {
    throw new UsageError(`${item}: give one runtime, such as node or bun=system`);
  }
  return findRuntimes(item).runtimes[0];
}

/** A runtime before it has a label. */
interface Found extends Omit<Runtime, "label"> {
  name: string | null;
}

function isUnnamed(other: Found, { path }: Omit<Runtime, "label">): boolean {
  return other.name === null && other.path === path;
}

function splitOnce(item: string, separator: string): [string, string?] {
  const at = item.indexOf(separator);
  return at < 0 ? [item] : [item.slice(0, at), item.slice(at + 1)];
}

function isKind(name: string): name is RuntimeKind {
  return (RUNTIME_KINDS as readonly string[]).includes(name);
}

/** The runtime, or the reason why it cannot be used. */
function probe(kind: RuntimeKind, source: string): Omit<Runtime, "label"> | string {
  const path = source === "pinned"
    ? join(ROOT, "node_modules", PINNED[kind])
    : source === "system"
    ? systemPath(kind)
    : source;
  if (path === null || !isExecutable(path)) {
    return source === "pinned"
      ? `${kind} is not installed with the project for ${platform} ${arch} (npm ci does it)`
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

/** The first versions that have what `bench/process/probe.ts` checks for. */
const LEAST: Record<RuntimeKind, string> = { deno: "Deno 2.0", bun: "Bun 1.2", node: "Node 22.18" };
const PROBE = join(ROOT, "bench/process/probe.ts");
const probed = new Map<string, string | null>();

/**
 * What a runtime lacks, or null; each path is checked once. Node before 22.18 fails to read the probe, because it has
 * types.
 */
function lackOf(kind: RuntimeKind, path: string): string | null {
  const known = probed.get(path);
  if (known !== undefined) return known;
  const { status, stdout } = spawnSync(path, [...runArguments(kind), PROBE], {
    encoding: "utf8",
    timeout: 10_000,
  });
  const lack = status === 0 ? null : stdout?.trim() ||
    (status === null ? "it did not answer in 10 s" : "it does not run TypeScript");
  // A runtime that was too busy may answer the next time.
  if (status !== null) probed.set(path, lack);
  return lack;
}

/** The first program of that name on the PATH that is not one of the project's own. */
function systemPath(kind: RuntimeKind): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, kind);
    if (existsSync(path) && isExecutable(path) && !realpathSync(path).startsWith(ROOT)) return path;
  }
  return null;
}

export function isExecutable(path: string): boolean {
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

function withLabels(found: readonly Found[]): Runtime[] {
  const unnamed = found.filter(({ name }) => name === null);
  return found.map(({ name, ...runtime }) => {
    const { kind, version, path } = runtime;
    if (name !== null) return { ...runtime, label: name };
    const ofKind = unnamed.filter((other) => other.kind === kind);
    if (ofKind.length === 1) return { ...runtime, label: kind };
    const twins = ofKind.filter((other) => other.version === version);
    const place = twins.findIndex((other) => other.path === path);
    return { ...runtime, label: `${kind}@${version}` + (place > 0 ? `#${place + 1}` : "") };
  });
}
