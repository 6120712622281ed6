/** A strategy under test: its hand-off, its Workers, and the consumer loop. */
import { parseParams } from "../../strategies/params.ts";
import { findStrategy } from "../../strategies/registry.ts";
import type { Consumer, Strategy } from "../../strategies/strategy.ts";
import { Crew, type WorkerEntry } from "../crew.ts";
import type { RunSink } from "../sink.ts";
import type { CellSpec } from "../spec.ts";
import type { OpenSubject, Subject, Transferred } from "./subject.ts";

/** The post's actor: take what is there, write it, take again. */
export async function drain(consumer: Consumer, sink: RunSink): Promise<Transferred> {
  let bytes = 0;
  let writes = 0;
  let peakBytes = 0;
  for (let run = await consumer.receive(); run !== null; run = await consumer.receive()) {
    bytes += run.length;
    writes++;
    if (run.length > peakBytes) peakBytes = run.length;
    await sink.write(run);
  }
  return { bytes, writes, peakBytes };
}

export const openStrategy: OpenSubject = (spec, onFailure) => {
  const strategy = findStrategy(spec.subject)!;
  return openStrategySubject(strategy, spec, onFailure);
};

export async function openStrategySubject(
  strategy: Strategy,
  spec: CellSpec,
  onFailure: (reason: Error) => void,
  entry?: WorkerEntry,
): Promise<Subject> {
  const { producers, capacity, messageBytes } = spec;
  const handoff = strategy.open({
    producers,
    workers: Math.min(producers, spec.workers),
    capacity,
    messageBytes,
    params: parseParams(strategy, spec.params),
  });
  const crew = await Crew.start(handoff, { producers, turn: spec.turn }, onFailure, entry);
  let fresh = true;
  let parksBefore = 0;
  return {
    sharedBytes: handoff.sharedBytes,
    messagesOf: (asked) => asked,
    async prepare(plan) {
      if (!fresh) handoff.consumer.reopen(producers);
      fresh = false;
      await crew.prepare(plan);
    },
    transfer(sink) {
      parksBefore = handoff.consumer.parks;
      crew.release();
      return drain(handoff.consumer, sink);
    },
    async waits() {
      const consumerParks = handoff.consumer.parks - parksBefore;
      return { ...await crew.finished(), consumerParks };
    },
    fail: () => handoff.consumer.abort(),
    stop: () => crew.stop(),
  };
}
