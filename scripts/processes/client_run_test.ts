/** A client's answer is taken whole, and nothing is waited for once the client has ended. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { encodeHello } from "../../bench/wire/answers.ts";
import type { ClientTask } from "./client_answer.ts";
import { answerOf, askForRun } from "./client_run.ts";
import { LineProcess } from "./line_process.ts";

const LIMIT = { timeout: 20_000 };
/** Shorter than the patience of a witness (ms). */
const LATE_MS = 10_000;
const TASK: ClientTask = {
  ...{ arm: "all", host: "127.0.0.1", port: 0, producers: 1, workers: 1, messages: 1 },
  ...{ messageBytes: 1, content: "fixed", seed: 1, run: 1, capacity: 1, warmUp: false },
  runId: "run",
};
const HELLO = encodeHello({ status: "accepted", mode: "after", storeBytes: 1, clockNs: 1n });

/** A client that answers each task with the task itself. */
function echo(): LineProcess {
  return new LineProcess(null, "/bin/cat", []);
}

test("an answer may be longer than anything that is printed", LIMIT, async () => {
  const client = echo();
  const task = { ...TASK, arm: "x".repeat(10_000) };
  const answer = await answerOf(client, task);
  client.kill();
  await client.gone;
  assert.equal(answer, JSON.stringify(task));
});

// A witness first waits for the hello, and half-closes its connection when it waits for the word.
for (const [what, hello, event] of [["hello", null, "data"], ["word", HELLO, "end"]] as const) {
  test(`who waits for the listener's ${what} hears that the client is killed`, LIMIT, async () => {
    const client = echo();
    const sockets: Socket[] = [];
    const listener = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket.on("error", () => {}));
      socket.once(event, () => client.kill()).resume();
      if (hello !== null) socket.write(hello);
    });
    const hangUp = () => sockets.forEach((socket) => socket.destroy());
    const late = setTimeout(hangUp, LATE_MS);
    try {
      await once(listener.listen(0, TASK.host), "listening");
      const { port } = listener.address() as AddressInfo;
      await assert.rejects(
        askForRun(client, { ...TASK, port }),
        /^Error: the client has ended \(SIGKILL\)$/,
      );
    } finally {
      clearTimeout(late);
      client.kill();
      hangUp();
      listener.close();
    }
  });
}
