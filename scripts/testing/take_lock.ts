/** Tries to take the lock of the given folder, and says with its exit code what happened. */
import { UsageError } from "../cli/command.ts";
import { lockFolder } from "../results/lock.ts";

try {
  lockFolder(process.argv[2]);
  process.exitCode = 3;
} catch (error) {
  process.exitCode = error instanceof UsageError && /cannot write/.test(error.message) ? 0 : 4;
}
