/**
 * What a producer does apart from sending: it works before each message, and under one control it does nothing else.
 */
import type { AsyncProducer, BlockingProducer } from "../../strategies/strategy.ts";
import type { RunPlan } from "../workers/control_block.ts";
import type { MessageEnd } from "./schedule.ts";

/**
 * Keeps the thread busy for `us` by reading the clock, as if it parsed or compressed something. It ends at most one
 * reading of the clock late (some 50 ns). If the system stops the thread meanwhile, at most the work of this one call
 * is counted as done without having been done.
 */
export function work(us: number): void {
  const end = performance.now() + us / 1_000;
  while (performance.now() < end);
}

type Beside = Pick<RunPlan, "workUs" | "isSilent">;

/**
 * An end that works before each message and, in a silent run, sends nothing then. It is `end` itself where there is no
 * work and the run is not silent.
 */
export function workingEnd(
  end: MessageEnd,
  { workUs = 0, isSilent = false }: Beside,
): MessageEnd {
  if (workUs === 0 && !isSilent) return end;
  return {
    send(message) {
      if (workUs > 0) work(workUs);
      if (!isSilent) end.send(message);
    },
    sendByte(byte) {
      if (workUs > 0) work(workUs);
      if (!isSilent) end.sendByte(byte);
    },
  };
}

/** The same for a blocking producer. */
export function workingBlocking(end: BlockingProducer, beside: Beside): BlockingProducer {
  const working = workingEnd(end, beside);
  if (working === end) return end;
  return {
    send: working.send,
    sendByte: working.sendByte,
    flush: () => end.flush(),
    close: () => end.close(),
    waits: end.waits,
  };
}

/** The same for an async producer. */
export function workingAsync(end: AsyncProducer, { workUs = 0 }: Beside): AsyncProducer {
  if (workUs === 0) return end;
  return {
    send(message) {
      work(workUs);
      return end.send(message);
    },
    close: () => end.close(),
    waits: end.waits,
  };
}
