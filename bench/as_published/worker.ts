/**
 * A Worker of a published arm: runs its producers one after the other, each to its end, as each of tokio's two
 * threads does with tasks that never await.
 */
import { parentPort, workerData } from "node:worker_threads";
import { channel } from "../../strategies/channel.ts";
import type { BlockingProducer, Ticket } from "../../strategies/strategy.ts";
import { ControlBlock } from "../workers/control_block.ts";
import { prepareBlocking } from "../workload/schedule.ts";
import { StopClock } from "./stop_clock.ts";
import { UnclearedBuffers } from "./uncleared_buffers.ts";

/** The producers' side of an arm. */
export type ArmTicket =
  | { arm: "mutex"; memory: SharedArrayBuffer }
  | { arm: "channel"; ticket: Ticket };

export interface ArmWorkerSetup {
  side: ArmTicket;
  control: SharedArrayBuffer;
  clock: SharedArrayBuffer;
  /** Producers of all Workers together. */
  producers: number;
  /** Producers of this Worker. */
  own: number;
}

const setup = workerData as ArmWorkerSetup;
const control = new ControlBlock(setup.control);
const clock = new StopClock(setup.producers, setup.clock);
try {
  sendRuns();
} finally {
  parentPort?.unref();
}

function sendRuns(): void {
  const { end, sentBy } = join(setup.side);
  control.comeOnline();
  for (let run = 1;; run++) {
    const plan = control.awaitPlan(run);
    if (plan === null) return;
    // One-byte messages name no producer, so one prepared function can send for all of them.
    const sendOne = prepareBlocking(end, [0], plan, 0);
    const sent = sentBy(plan.messages);
    if (!control.awaitRelease(run)) return;
    for (let producer = 0; producer < setup.own; producer++) {
      sendOne();
      clock.producerEnded(sent);
    }
  }
}

interface Joined {
  end: BlockingProducer;
  /**
   * Takes the messages per producer, and returns a function that tells what all producers have sent when so many of
   * them have ended.
   */
  sentBy: (messages: number) => (ended: number) => number;
}

function join(side: ArmTicket): Joined {
  if (side.arm === "mutex") {
    const end = new UnclearedBuffers(side.memory);
    return { end, sentBy: () => () => end.sent() };
  }
  // The channel keeps no such count, but its arm stops when all producers have ended, and then this is exact.
  return { end: channel.join(side.ticket), sentBy: (messages) => (ended) => ended * messages };
}
