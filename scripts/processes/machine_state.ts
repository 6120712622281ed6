/** Properties of this machine that decide how steady its figures are. */
import { availableParallelism, loadavg } from "node:os";
import { fileText } from "./file_text.ts";

export interface MachineState {
  /** Cores that this process may use. */
  cores: number;
  /** Runnable threads, averaged over the last minute; 0 where the system does not tell. */
  load: number;
  /** Null where the system does not tell. */
  virtualized: boolean | null;
}

export function machineState(): MachineState {
  return { cores: availableParallelism(), load: loadavg()[0], virtualized: isVirtualized() };
}

/** On x86 the processor itself says that it is a guest's; elsewhere Linux names the hypervisor if there is one. */
function isVirtualized(): boolean | null {
  const cpu = fileText("/proc/cpuinfo");
  if (cpu === null) return null;
  return /^flags\s*:.*\bhypervisor\b/m.test(cpu) || fileText("/sys/hypervisor/type") !== null;
}
