/**
 * One strategy's soak in a process of its own:
 *
 *     <runtime> bench/soak/process.ts '<SoakTask as JSON>'
 *
 * Prints a JSON line for every event (`soak.ts`).
 */
import { loadStrategy } from "../peers/registry.ts";
import { endWithParent } from "../process/parent.ts";
import { soak, type SoakTask } from "./soak.ts";

endWithParent();
const task: SoakTask = JSON.parse(process.argv[2]);
await soak(await loadStrategy(task.subject), task, (event) => {
  process.stdout.write(JSON.stringify(event) + "\n");
});
// Wait until everything is written: the exit would cut off what is still in the pipe.
process.stdout.write("", () => process.exit(0));
