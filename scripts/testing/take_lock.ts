/** Takes the lock of the folder that it is told, and says with its exit code what came of it. */
import { UsageError } from "../cli/command.ts";
import { lockFolder } from "../results/lock.ts";

try {
  lockFolder(process.argv[2]);
  process.exitCode = 3;
} catch (error) {
  process.exitCode = error instanceof UsageError && /cannot write/.test(error.message) ? 0 : 4;
}
