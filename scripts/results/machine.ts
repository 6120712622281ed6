/** Which machine a row was measured on. Figures of different machines are never compared. */
import { createHash } from "node:crypto";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** The traits in which two machines may differ. */
export function machineTraits() {
  return {
    os: process.platform as string,
    kernel: release(),
    arch: process.arch as string,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

let fingerprint: string | null = null;

/** The first eight hexadecimal digits of the SHA-256 of all traits, one on each line. */
export function machineFingerprint(): string {
  if (fingerprint !== null) return fingerprint;
  const { os, kernel, arch, cpu, cores, memoryBytes } = machineTraits();
  // Memory is rounded to GiB, since what the kernel reserves varies from one start to the next.
  const lines = [cpu, cores, Math.round(memoryBytes / 2 ** 30), os, kernel, arch].join("\n");
  return fingerprint = createHash("sha256").update(lines).digest("hex").slice(0, 8);
}
