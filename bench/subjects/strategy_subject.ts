/** A strategy under test: its hand-off and its Workers. */
import { parseParams } from "../../strategies/params.ts";
import type { Handoff, Strategy } from "../../strategies/strategy.ts";
import { PaceBlock } from "../latency/pace_block.ts";
import { Stamps } from "../latency/stamps.ts";
import { withPreciseSleep } from "../latency/timer_slack.ts";
import { droppedCounts } from "../workers/dropped.ts";
import { findPeer, loadStrategy } from "../peers/registry.ts";
import { Crew } from "../workers/crew.ts";
import { WITH_STDOUT, type WorkerEntry } from "../workers/threads.ts";
import type { CellSpec } from "../process/spec.ts";
import { drain } from "./drain.ts";
import type { OpenSubject, Subject } from "./subject.ts";

/** Capacity in the second pass (bytes), unless the strategy needs more. */
export const SMALL_CAPACITY = 256;
/** From the release of the Workers to the earliest due time (ms): all of them are awake by then. */
const LEAD_MS = 2;

function openSmall(strategy: Strategy, spec: CellSpec): Handoff {
  const workers = Math.min(spec.producers, spec.workers);
  const { least } = strategy.capacityRange(workers, 1);
  return strategy.open({
    producers: spec.producers,
    workers,
    capacity: Math.max(least, SMALL_CAPACITY),
    messageBytes: 1,
    params: parseParams(strategy, spec.params),
  });
}

export const openStrategy: OpenSubject = async (spec, onFailure) => {
  const entry = findPeer(spec.subject)?.readsStdout ? WITH_STDOUT : undefined;
  return openStrategySubject(await loadStrategy(spec.subject), spec, onFailure, entry);
};

export async function openStrategySubject(
  strategy: Strategy,
  spec: CellSpec,
  onFailure: (reason: Error) => void,
  entry?: WorkerEntry,
): Promise<Subject> {
  const { producers, capacity, messageBytes } = spec;
  const params = parseParams(strategy, spec.params);
  const handoff = strategy.open({
    producers,
    workers: Math.min(producers, spec.workers),
    capacity,
    messageBytes,
    params,
  });
  const dropped = "overflow" in params ? droppedCounts(producers) : null;
  touch(handoff.tickets);
  // The second pass of one-byte messages uses buffers that fill and wrap many times in a few milliseconds.
  const proving = messageBytes === 1 && spec.task === "measure";
  const small = proving ? openSmall(strategy, spec) : null;
  const workers = handoff.tickets.length;
  const block = spec.pace === null ? null : PaceBlock.create(workers, producers * spec.messages);
  const pace = block?.memory ?? null;
  touch(pace);
  const start = () =>
    Crew.start(handoff, small, { turn: spec.turn, pace, dropped }, onFailure, entry);
  const crew = block === null ? await start() : await withPreciseSleep(start);
  const stamps = new Stamps();
  let isPaced = false;
  let startMs = 0;
  let clockErrorMs = 0;
  const used = new Set<Handoff>();
  let current = handoff;
  let parksBefore = 0;
  return {
    sharedBytes: handoff.sharedBytes,
    dropped,
    messagesOf: (asked) => asked,
    prepare(plan) {
      current = plan.proof && small !== null ? small : handoff;
      if (used.has(current)) current.consumer.reopen(plan.producers);
      used.add(current);
      isPaced = plan.pace !== null;
      dropped?.fill(0);
      crew.announce(plan);
    },
    async ready() {
      if (isPaced) {
        const errors = handoff.tickets.map((_, worker) => block!.ask(worker));
        clockErrorMs = Math.max(...errors);
      }
      await crew.ready();
    },
    async transfer(sink, meanwhile) {
      parksBefore = current.consumer.parks;
      if (isPaced) {
        stamps.clear();
        startMs = performance.now() + LEAD_MS;
        block!.startAt(startMs);
      }
      crew.release();
      await meanwhile?.();
      return await drain(current.consumer, sink, isPaced ? stamps : null, spec.consumerWorkUs);
    },
    async waits() {
      const consumerParks = current.consumer.parks - parksBefore;
      return { ...await crew.finished(), consumerParks };
    },
    times: () => ({ startMs, clockErrorMs, sentMs: block!.sentMs, received: stamps }),
    fail() {
      handoff.consumer.abort();
      small?.consumer.abort();
    },
    stop: () => crew.stop(),
  };
}

const PAGE_BYTES = 4_096;

/**
 * Write to all pages while nobody uses the memory. The system provides a page when it is first written to, which takes
 * 8 ms for 8 MiB; no run's time should contain that.
 */
function touch(value: unknown): void {
  if (value instanceof SharedArrayBuffer) {
    const bytes = new Uint8Array(value);
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) bytes[at] |= 0;
  } else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) touch(part);
  }
}
