/** Starts a child that notices nothing of its parent, and exits with 3. */
import { LineProcess } from "../processes/line_process.ts";

new LineProcess(null, "sleep", ["600"]);
process.exit(3);
