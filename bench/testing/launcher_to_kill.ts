/**
 * Starts a cell as the launcher does, prints its process id and then what the cell prints, and waits to be killed.
 *
 *     <runtime> bench/testing/launcher_to_kill.ts '<CellSpec as JSON>'
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../runtime.ts";

const CELL = fileURLToPath(new URL("../process/cell.ts", import.meta.url));
const args = [...runArguments(currentRuntime().kind), CELL];
const cell = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "ignore"] });
cell.stdin.write(process.argv[2] + "\n");
console.log(`cell ${cell.pid}`);
