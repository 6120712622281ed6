/**
 * An explored thread: the consumer (0) or a producer. While a schedule runs, everything that it tells other threads
 * goes through the control block, so that only the schedule decides what happens.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Case } from "./cases.ts";
import { Instrument } from "./instrument.ts";
import { DROPPED, LOST, RETURNED, TEXT, TEXT_LENGTH } from "./control_block.ts";
import { Turns, Unwind } from "./turns.ts";
import type { Consumer, Strategy, Ticket } from "../../strategy.ts";

const { control, me, root, traces } = workerData as {
  control: SharedArrayBuffer;
  me: number;
  root: string;
  traces: boolean;
};
const explored = workerData.explored as Case;
const turn = setImmediate;
const turns = new Turns(control, me);
const instrument = new Instrument(turns);
instrument.install();
// A strategy may leave a promise that nobody awaits, such as the ticket lock's watch. If the thread dies or its schedule
// ends in the middle of that, the rejection would otherwise end the Worker, and the schedule would never end.
process.on("unhandledRejection", complain);

const { findStrategy } = await import(`${root}/strategies/registry.ts`);
const { parseParams } = await import(`${root}/strategies/params.ts`);
const strategy = findStrategy(explored.strategy) as Strategy;
const params = parseParams(strategy, explored.params);
const capacity = strategy.capacityRange(2, 1).least * explored.room;

/** The byte that message i of a producer consists of. */
const byteOf = (producer: number, i: number) => producer * 16 + i + 1;

/** For each producer, how many of its messages the consumer has received. */
let answers!: Int32Array<SharedArrayBuffer>;

function open() {
  const handoff = strategy.open({
    producers: 2,
    workers: 2,
    capacity,
    messageBytes: 1,
    params,
    firstPosition: explored.firstPosition,
    onLost: explored.onLost ?? "fail",
  });
  answers = new Int32Array(new SharedArrayBuffer(16));
  return handoff;
}

function answer(producer: number): void {
  Atomics.add(answers, producer, 1);
  Atomics.notify(answers, producer);
}

function awaitAnswer(messages: number): void {
  for (;;) {
    const answered = Atomics.load(answers, me);
    if (answered === messages) return;
    Atomics.wait(answers, me, answered);
  }
}

if (me === 0) {
  instrument.reset(false);
  const { tickets } = open();
  instrument.register([tickets[0].life, tickets[0].shared, answers.buffer]);
  parentPort?.postMessage({
    joining: tickets.map((ticket) => ({ ticket, shared: answers.buffer })),
  });
} else {
  parentPort?.once(
    "message",
    ({ ticket, shared }: { ticket: Ticket; shared: SharedArrayBuffer }) => {
      answers = new Int32Array(shared);
      instrument.register([ticket.life, ticket.shared, shared]);
      void rounds(ticket);
    },
  );
}
if (me === 0) parentPort?.once("message", () => void rounds(null));

async function rounds(ticket: Ticket | null): Promise<void> {
  parentPort?.postMessage("ready");
  for (;;) {
    turns.rest();
    instrument.reset(traces);
    let over = false;
    try {
      const body = ticket === null ? consuming(open().consumer) : producing(ticket);
      turns.begin();
      instrument.live = true;
      body().catch((error) => complain(error)).finally(() => {
        over = true;
      });
      await eventLoop();
      while (!over) {
        instrument.nextEvent();
        await eventLoop();
      }
    } catch (error) {
      complain(error);
    }
    instrument.live = false;
    try {
      turns.end();
    } catch (error) {
      complain(error);
    }
    if (traces) parentPort?.postMessage({ places: instrument.places });
  }
}

function eventLoop(): Promise<void> {
  return new Promise((resolve) => void turn(resolve));
}

function consuming(consumer: Consumer) {
  instrument.onLost = explored.onLost === null
    ? null
    : (producer) => consumer.workerLost(producer - 1, "it died");
  return async () => {
    const next = [0, 0, 0];
    const missing: number[] = [];
    let runs = 0;
    try {
      for (let run = await consumer.receive(); run !== null; run = await consumer.receive()) {
        const bytes = Array.from(run, (_, i) => instrument.plain(run as Uint8Array, i));
        instrument.hold();
        for (const [i, byte] of bytes.entries()) {
          if (instrument.plain(run, i) !== byte) {
            say(`byte ${i} of a batch has changed under its reader`);
          }
          const producer = byte >>> 4;
          const drops = explored.params.overflow !== undefined;
          // A producer that drops a message may report it only after its next message has arrived.
          while (drops && byte > byteOf(producer, next[producer])) {
            missing.push(byteOf(producer, next[producer]++));
          }
          if (producer < 1 || producer > 2 || byte !== byteOf(producer, next[producer])) {
            say(`received ${byte}, which is no producer's next message`);
          }
          next[producer]++;
          if (explored.answers) answer(producer);
        }
        if (++runs === explored.abortAfter) return consumer.abort();
      }
      for (const producer of [1, 2]) checkEnd(producer, next, missing, explored.onLost === "close");
    } catch (error) {
      const lost = turns.words[LOST];
      if (lost === 0 || (error as Error).name !== "WorkerLost") throw error;
      if (!/in the middle/.test((error as Error).message)) checkEnd(lost, next, missing, true);
      else if (explored.onLost === "close" && next[lost] > turns.words[RETURNED + lost] + 1) {
        throw error;
      }
    }
  };
}

/**
 * Checks what has arrived of a producer.
 * @param mayDie if the producer has died, only the messages that its `send` had returned for must have arrived
 */
function checkEnd(producer: number, next: number[], missing: number[], mayDie: boolean): void {
  for (let i = 0; i < explored.messages; i++) {
    const byte = byteOf(producer, i);
    const dropped = turns.words[DROPPED + byte];
    if (dropped === 1 && i === next[producer]) next[producer]++;
    else if (dropped !== (missing.includes(byte) ? 1 : 0)) {
      say(`${byte} was announced as dropped ${dropped} times, or one before it is missing`);
    }
  }
  const died = mayDie && producer === turns.words[LOST];
  const due = died ? turns.words[RETURNED + producer] : explored.messages;
  if (died ? next[producer] < due : next[producer] !== due) {
    say(`the end came after ${next[producer]} of ${due} messages of a producer`);
  }
}

function producing(ticket: Ticket) {
  const end = strategy.kind === "blocking"
    ? strategy.join(ticket, (messages) => {
      for (const byte of messages) turns.words[DROPPED + byte]++;
    })
    : strategy.join(ticket);
  return async () => {
    try {
      for (let i = 0; i < explored.messages; i++) {
        const byte = byteOf(me, i);
        if ("sendByte" in end) end.sendByte(byte);
        else await end.send(Uint8Array.of(byte));
        turns.words[RETURNED + me]++;
        if (explored.flushes && "flush" in end) end.flush();
        if (explored.answers) awaitAnswer(i + 1);
      }
      await end.close();
    } catch (error) {
      const aborted = error instanceof Error && error.name === "HandoffAborted";
      const mayAbort = explored.abortAfter !== null || turns.words[LOST] !== 0;
      if (!aborted || !mayAbort) throw error;
    }
  };
}

function complain(error: unknown): void {
  if (!(error instanceof Unwind)) say(error instanceof Error ? error.message : String(error));
}

/** Reports a fault to the explorer; only the first one of a schedule counts. */
function say(text: string): void {
  if (turns.words[TEXT_LENGTH] !== 0) return;
  const bytes = new TextEncoder().encode(text.slice(0, 900));
  for (const [i, byte] of bytes.entries()) turns.words[TEXT + (i >>> 2)] |= byte << (8 * (i & 3));
  turns.words[TEXT_LENGTH] = bytes.length;
}
