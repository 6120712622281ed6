/** The file that piscina's Workers run. */
import { move } from "piscina";
import { messagesOf, type PoolTask } from "./pool_task.ts";

export default messagesOf;

export function moved(task: PoolTask): unknown {
  return move(messagesOf(task));
}
