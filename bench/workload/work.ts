/** What a producer does beside its messages: work before each of them, and for a control nothing else. */
import type { AsyncProducer, BlockingProducer } from "../../strategies/strategy.ts";
import type { RunPlan } from "../workers/control_block.ts";
import type { MessageEnd } from "./schedule.ts";

/**
 * Keeps the thread busy for `us` by looking at the clock, as if it parsed or compressed something. It ends at most one
 * look late (some 50 ns). Of a thread that the system stops, at most this one call's work is done meanwhile for nothing.
 */
export function work(us: number): void {
  const end = performance.now() + us / 1_000;
  while (performance.now() < end);
}

type Beside = Pick<RunPlan, "workUs" | "isSilent">;

/** What works before each message; of a silent run it then sends nothing. The end itself where there is neither. */
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

/** The same of a producer. */
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

/** The same of an async one. */
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
