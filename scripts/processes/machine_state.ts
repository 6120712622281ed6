/** What about this machine makes figures steady or not. */
import { availableParallelism, loadavg } from "node:os";
import { fileText } from "./file_text.ts";

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
  const cpu = fileText("/proc/cpuinfo");
  if (cpu === null) return null;
  return /^flags\s*:.*\bhypervisor\b/m.test(cpu) || fileText("/sys/hypervisor/type") !== null;
}
