/** What about this machine makes figures steady or not. */
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

export interface MachineState {
  /** Cores that this process may use. */
  cores: number;
  /** Runnable threads of late, averaged over a minute; 0 where the system does not tell. */
  load: number;
  /** Null where the system does not tell. */
  virtualized: boolean | null;
}

export function machineState(): MachineState {
  return { cores: availableParallelism(), load: loadavg()[0], virtualized: isVirtualized() };
}

/** A guest's processor says so itself on x86; elsewhere Linux names the hypervisor where it has one. */
function isVirtualized(): boolean | null {
  const cpu = textOf("/proc/cpuinfo");
  if (cpu === null) return null;
  return /^flags\s*:.*\bhypervisor\b/m.test(cpu) || textOf("/sys/hypervisor/type") !== null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
