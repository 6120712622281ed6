/**
 * An explored thread: the consumer (0) or a producer. Everything that it says to others while a schedule runs goes
 * through the control block, so that nothing but the schedule decides.
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

const { findStrategy } = await import(`${root}/strategies/registry.ts`);
const { parseParams } = await import(`${root}/strategies/params.ts`);
const strategy = findStrategy(explored.strategy) as Strategy;
const params = parseParams(strategy, explored.params);
const capacity = strategy.capacityRange(2, 1).least * explored.room;

/** Message i of a producer, as its byte. */
const byteOf = (producer: number, i: number) => producer * 16 + i + 1;

function open() {
  return strategy.open({
    producers: 2,
    workers: 2,
    capacity,
    messageBytes: 1,
    params,
    firstPosition: explored.firstPosition,
    onLost: explored.onLost ?? undefined,
  });
}

if (me === 0) {
  instrument.reset(false);
  const { tickets } = open();
  instrument.register([tickets[0].life, tickets[0].shared]);
  parentPort?.postMessage({ tickets });
} else {
  parentPort?.once("message", (ticket: Ticket) => {
    instrument.register([ticket.life, ticket.shared]);
    void rounds(ticket);
  });
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
    let runs = 0;
    try {
      for (let run = await consumer.receive(); run !== null; run = await consumer.receive()) {
        const bytes = Array.from(run, (_, i) => instrument.plain(run as Uint8Array, i));
        instrument.hold();
        for (const [i, byte] of bytes.entries()) {
          if (instrument.plain(run, i) !== byte) {
            say(`byte ${i} of a run has changed under its reader`);
          }
          const producer = byte >>> 4;
          if (producer >= 1 && producer <= 2) skipDropped(producer, next);
          if (producer < 1 || producer > 2 || byte !== byteOf(producer, next[producer])) {
            say(`received ${byte}, which is no producer's next message`);
          }
          next[producer]++;
        }
        if (++runs === explored.abortAfter) return consumer.abort();
      }
      for (const producer of [1, 2]) checkEnd(producer, next, explored.onLost === "close");
    } catch (error) {
      const lost = turns.words[LOST];
      if (lost === 0 || (error as Error).name !== "WorkerLost") throw error;
      if (!/in the middle/.test((error as Error).message)) checkEnd(lost, next, true);
      else if (explored.onLost === "close" && next[lost] > turns.words[RETURNED + lost] + 1) {
        throw error;
      }
    }
  };
}

/** Messages that were dropped are not missing, but only those that nobody receives. */
function skipDropped(producer: number, next: number[]): void {
  while (turns.words[DROPPED + byteOf(producer, next[producer])] === 1) next[producer]++;
}

/** @param mayDie those of a producer that has died are its own affair, but for what it had sent */
function checkEnd(producer: number, next: number[], mayDie: boolean): void {
  skipDropped(producer, next);
  const died = mayDie && producer === turns.words[LOST];
  const due = died && !explored.strategy.startsWith("patient")
    ? turns.words[RETURNED + producer]
    : explored.messages;
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

/** The first thing that went wrong, for the explorer. */
function say(text: string): void {
  if (turns.words[TEXT_LENGTH] !== 0) return;
  const bytes = new TextEncoder().encode(text.slice(0, 900));
  for (const [i, byte] of bytes.entries()) turns.words[TEXT + (i >>> 2)] |= byte << (8 * (i & 3));
  turns.words[TEXT_LENGTH] = bytes.length;
}
