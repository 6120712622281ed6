/** Programs in other languages that are measured beside the runtimes; docs/clients.md says how to write one. */
import { spawnSync } from "node:child_process";
import { printable } from "../../bench/wire/printable.ts";
import { RUNTIME_KINDS } from "../../bench/runtime.ts";
import { UsageError } from "../cli/command.ts";
import { childEnvironment } from "./child_environment.ts";
import { isExecutable, NAME, type Runtime } from "./runtimes.ts";

/** The version of the protocol in docs/clients.md. */
const CLIENT_VERSION = 1;

/** Has the columns that a runtime has. */
export interface Client {
  kind: "client";
  version: string;
  path: string;
  source: string;
  label: string;
  /** The most threads that its producers can be spread over. */
  threads: number;
  /** Size of the smallest and of the largest message that it can send, bytes. */
  messageBytes: readonly [number, number];
  /** Maps the client's name of each arm to the label of the suite that it measures, or to a label of its own. */
  arms: Readonly<Record<string, string>>;
}

const DESCRIBE_MS = 10_000;
const ANY_NAME = /^[a-z][a-z0-9_-]{0,30}$/i;
const ANY_LABEL = /^[a-z][a-z0-9:=._-]{0,60}$/;

/** Parses `name=/path`. @throws {UsageError} */
export function parseClient(item: string): { name: string; path: string } {
  const [, name, path] = /^([^=]*)=(.+)$/.exec(item.trim()) ?? [];
  if (name === undefined || !NAME.test(name) || RUNTIME_KINDS.some((kind) => kind === name)) {
    throw new UsageError(
      `--client ${printable(item)}: give a name that no runtime has, and a program, as ` +
        "rust=clients/rust/target/release/fanin-client",
    );
  }
  return { name, path };
}

/**
 * The clients of a list such as `rust=/path,python=/path`. Rows are told apart by the label, so no two clients or
 * runtimes may share one.
 * @throws {UsageError}
 */
export function findClients(
  items: readonly string[],
  runtimes: readonly Pick<Runtime, "label">[],
): Client[] {
  const clients = items.map(parseClient).map(({ name, path }) => {
    try {
      return describeClient(path, name);
    } catch (error) {
      throw new UsageError(`--client ${name}: ${(error as Error).message}`);
    }
  });
  const labels = [...runtimes, ...clients].map(({ label }) => label);
  const twin = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twin !== undefined) {
    throw new UsageError(
      `two of what is to be measured are called ${twin}; give each its own name`,
    );
  }
  return clients;
}

/**
 * Runs the program with `--describe` and returns its answer. Blocks. Throws an error that says what is wrong with the
 * program.
 */
export function describeClient(path: string, label: string): Client {
  if (!isExecutable(path)) throw new Error(`${printable(path)} is not a program`);
  const { stdout, status, error } = spawnSync(path, ["--describe"], {
    encoding: "utf8",
    timeout: DESCRIBE_MS,
    stdio: ["ignore", "pipe", "ignore"],
    env: childEnvironment(),
  });
  if (error !== undefined || status !== 0) {
    throw new Error(`--describe ended with ${error?.message ?? `code ${status}`} and not with 0`);
  }
  return { kind: "client", path, source: "path", label, ...parseDescription(stdout) };
}

/** Parses the answer to `--describe`. Throws an error that says what is wrong with it. */
export function parseDescription(
  stdout: string,
): Pick<Client, "version" | "threads" | "messageBytes" | "arms"> {
  let answer: Record<string, unknown>;
  try {
    answer = Object(JSON.parse(stdout));
  } catch {
    throw new Error("--describe printed something else than one JSON object");
  }
  const { client, version, threads, arms, messageBytes = [1, 65_536] } = answer;
  if (client !== CLIENT_VERSION) {
    throw new Error(`--describe says client ${JSON.stringify(client)}, not ${CLIENT_VERSION}`);
  }
  if (typeof version !== "string" || version === "" || version !== printable(version)) {
    throw new Error("--describe has no version in plain text");
  }
  if (!isCount(threads)) throw new Error("--describe has no number of threads of 1 or more");
  if (
    !Array.isArray(messageBytes) || messageBytes.length !== 2 || !messageBytes.every(isCount) ||
    messageBytes[0] > messageBytes[1]
  ) {
    throw new Error("messageBytes in --describe is not [smallest, largest]");
  }
  const pairs = Object.entries(Object(arms));
  const isNamed = ([name, own]: [string, unknown]) =>
    ANY_NAME.test(name) && typeof own === "string" && ANY_LABEL.test(own);
  if (pairs.length === 0 || !pairs.every(isNamed)) {
    throw new Error("arms in --describe do not map names to labels such as swap-buffer");
  }
  const labels = pairs.map(([, own]) => own);
  const twice = labels.find((own, at) => labels.indexOf(own) !== at);
  if (twice !== undefined) throw new Error(`two arms in --describe stand for ${twice}`);
  return {
    version: version.slice(0, 40),
    threads,
    messageBytes: messageBytes as [number, number],
    arms: Object.fromEntries(pairs) as Record<string, string>,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
