/** The other thread of `primitives.ts`: repeats the operation that it is asked for. */
import { isMainThread, type MessagePort, workerData } from "node:worker_threads";
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import { Mutex } from "../../strategies/primitives/mutex.ts";
import { Waits } from "../../strategies/primitives/waits.ts";

const TASKS = [
  "idle",
  "load",
  "store",
  "add",
  "compareExchange",
  "lock",
  "wait",
  "waitAsync",
  "receive",
] as const;
export type PeerTask = (typeof TASKS)[number];

/** Indices of shared words, each of which has cache lines of its own. */
export const PEER_WORD = {
  tasks: TASKS as readonly PeerTask[],
  ready: 0,
  task: 64,
  doing: 128,
  target: 192,
  lock: 256,
  sleeping: 384,
  wake: 448,
  reply: 512,
};

const BATCH = 1_000;

if (!isMainThread && workerData?.memory instanceof SharedArrayBuffer) await serve();

async function serve(): Promise<void> {
  const words = new Int32Array(workerData.memory as SharedArrayBuffer);
  const port = workerData.port as MessagePort;
  const { target, lock, task, doing, sleeping, wake, reply } = PEER_WORD;
  const mutex = new Mutex(
    words,
    lock,
    Lifecycle.create([]),
    new Waits(),
    "spin-park",
  );
  port.on("message", () => Atomics.store(words, reply, 1));
  let answered = Atomics.load(words, wake);
  // It goes by the count and not by what the wait returned, because a wait that times out just then must be answered,
  // too.
  const answer = () => {
    const count = Atomics.load(words, wake);
    if (count === answered) return;
    answered = count;
    Atomics.store(words, reply, 1);
  };
  const batch = (operation: () => unknown) => {
    for (let i = 0; i < BATCH; i++) operation();
  };
  const steps: Record<PeerTask, () => void | Promise<void>> = {
    idle: () => new Promise((resolve) => setTimeout(resolve, 1)),
    load: () => batch(() => Atomics.load(words, target)),
    store: () => batch(() => Atomics.store(words, target, 1)),
    add: () => batch(() => Atomics.add(words, target, 1)),
    compareExchange: () => batch(() => Atomics.compareExchange(words, target, 0, 0)),
    lock: () =>
      batch(() => {
        mutex.lock();
        mutex.unlock();
      }),
    wait() {
      Atomics.store(words, sleeping, 1);
      Atomics.wait(words, wake, answered, 20);
      answer();
    },
    async waitAsync() {
      Atomics.store(words, sleeping, 1);
      const wait = Atomics.waitAsync(words, wake, answered, 20);
      if (wait.async) await wait.value;
      answer();
    },
    receive: () => new Promise((resolve) => setTimeout(resolve, 20)),
  };
  Atomics.store(words, PEER_WORD.ready, 1);
  for (;;) {
    const asked = Atomics.load(words, task);
    Atomics.store(words, doing, asked);
    await steps[TASKS[asked]]();
  }
}
