/** The CPUs on which the measured processes and the listener may run. The launcher itself is not pinned. */
import { delimiter, join } from "node:path";
import { UsageError } from "../cli/command.ts";
import { isExecutable } from "./runtimes.ts";
import { fileText } from "./file_text.ts";

/** What pinning depends on; a parameter for tests. */
export interface Host {
  platform: string;
  hasTaskset: boolean;
  /** The CPUs that this process may use, such as `0-3,8`; null where the system does not tell. */
  allowed: string | null;
}

/** No machine has more CPUs. The limit keeps a mistyped range from filling the memory. */
const MAX_CPU = 8_191;

/**
 * Parses `0,2-3` into ascending numbers without duplicates. All must be allowed, because taskset silently leaves out
 * those that are not.
 * @throws {UsageError}
 */
export function parseCpus(text: string, host: Host = thisHost()): number[] {
  const cpus = expand(text);
  if (cpus === null) {
    throw new UsageError(`--cpus ${text}: give the numbers of CPUs, such as 0,1 or 0-3,8`);
  }
  if (host.platform !== "linux" || !host.hasTaskset) {
    throw new UsageError(
      `--cpus needs the program taskset of Linux, which is not here; leave it out`,
    );
  }
  const allowed = expand(host.allowed ?? "");
  if (allowed === null) {
    throw new UsageError("--cpus: the system does not tell which CPUs there are; leave it out");
  }
  if (!cpus.every((cpu) => allowed.includes(cpu))) {
    throw new UsageError(`--cpus ${text}: this process may only use ${host.allowed}`);
  }
  return cpus;
}

/** The command that runs a program on some CPUs; null: on any. */
export function pinned(
  cpus: readonly number[] | null,
  program: string,
  args: readonly string[],
): [string, string[]] {
  // taskset becomes the program, so signals and the process id are the program's.
  return cpus === null
    ? [program, [...args]]
    : ["taskset", ["-c", cpus.join(","), program, ...args]];
}

/** The CPUs that this process and everything it starts may use; null where the system does not tell. */
export function allowedCpus(): string | null {
  const status = fileText("/proc/self/status") ?? "";
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? null;
}

export function thisHost(): Host {
  return { platform: process.platform, hasTaskset: isOnPath("taskset"), allowed: allowedCpus() };
}

function expand(list: string): number[] | null {
  const cpus = new Set<number>();
  for (const part of list.split(",")) {
    const match = /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || last < first || last > MAX_CPU) return null;
    for (let cpu = first; cpu <= last; cpu++) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, program)));
}
