/** The file that workerpool's Workers run. */
import workerpool from "workerpool";
import { messagesOf, type PoolTask } from "./pool_task.ts";

workerpool.worker({
  copied: messagesOf,
  moved(task: PoolTask) {
    const messages = messagesOf(task);
    return new workerpool.Transfer(messages, [messages.buffer]);
  },
});
