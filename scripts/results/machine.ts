/** Which machine a row was measured on: figures of two machines are never set against each other. */
import { createHash } from "node:crypto";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** What makes a machine another one; the environment has each in words. */
function traits(): string[] {
  return [
    cpus()[0]?.model.trim() ?? "unknown",
    String(availableParallelism()),
    // To the GiB: what the kernel keeps for itself varies from one start to the next.
    String(Math.round(totalmem() / 2 ** 30)),
    process.platform,
    release(),
    process.arch,
  ];
}

let fingerprint: string | null = null;

/** The first eight hexadecimal digits of the SHA-256 of all traits, one a line. */
export function machineFingerprint(): string {
  return fingerprint ??= createHash("sha256").update(traits().join("\n")).digest("hex").slice(0, 8);
}
