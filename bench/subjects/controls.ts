/**
 * Controls: what the strategies are compared with. No verdict or ranking counts them as strategies.
 *
 *     socket-bulk   the run's bytes, built before the clock, in the best chunk size: the most that the socket takes
 *     socket-each   the same bytes, one awaited write per message: the most that such a consumer can reach
 *     no-handoff    Workers do everything but send; the consumer writes the same bytes, built before the clock
 *     own-socket    each Worker writes to a connection of its own: no fan-in at all
 *     empty         Workers are released and close without sending: the fixed cost of a run
 */
import type { ParamSpec } from "../../strategies/strategy.ts";
import { swapBuffer } from "../../strategies/swap_buffer.ts";
import type { RunPlan } from "../workers/control_block.ts";
import { isMixed } from "../workload/mixed.ts";
import type { RunSink } from "../wire/sink.ts";
import { openStrategySubject } from "./strategy_subject.ts";
import { openOwnSockets } from "./own_socket.ts";
import { buildPieces, buildStream } from "./stream.ts";
import { NO_WAITS, type OpenSubject, type Subject, type Transferred } from "./subject.ts";

export interface Control {
  name: string;
  summary: string;
  params: Readonly<Record<string, ParamSpec>>;
  variants: readonly Readonly<Record<string, string | number>>[];
  open: OpenSubject;
}

/** Bytes per write where no chunk size was calibrated. */
const WRITE_BYTES = 2 ** 20;
/** Chunk sizes that the calibration tries, in bytes. */
export const CHUNKS = [64, 128, 256, 512, 1_024, 2_048, 4_096].map((kib) => kib * 1_024);

const socketBulk: Control = {
  name: "socket-bulk",
  summary:
    "control: the run's bytes, prebuilt, in the best chunk size; the most that the socket takes",
  params: {
    chunk: {
      help: "bytes per write; 0 = calibrated once per runtime",
      default: 0,
      min: 0,
      max: 64 * 2 ** 20,
    },
  },
  variants: [{}],
  open: (spec) => Promise.resolve(prebuilt(Number(spec.params.chunk) || WRITE_BYTES)),
};

const socketEach: Control = {
  name: "socket-each",
  summary:
    "control: one awaited write per message, no producers; the most that such a consumer reaches",
  params: {},
  variants: [{}],
  open: () => Promise.resolve(prebuilt(null)),
};

const noHandoff: Control = {
  name: "no-handoff",
  summary: "control: Workers work for each message and send none, the consumer writes the bytes, " +
    "prebuilt; the ceiling under --work-us",
  params: {},
  variants: [],
  async open(spec, onFailure) {
    const workers = await openStrategySubject(swapBuffer, { ...spec, params: {} }, onFailure);
    const bytes = prebuilt(WRITE_BYTES);
    return {
      ...workers,
      prepare(plan) {
        bytes.prepare(plan);
        workers.prepare({ ...plan, isSilent: true });
      },
      async transfer(sink) {
        let written: Transferred;
        await workers.transfer(sink, async () => {
          written = await bytes.transfer(sink);
        });
        return written!;
      },
    };
  },
};

/** Not in the default matrix: it tells whether fan-in is needed at all, and is no bound for a strategy. */
const ownSocket: Control = {
  name: "own-socket",
  summary: "control: each Worker writes to a connection of its own; no fan-in",
  params: {
    chunk: { help: "bytes per write", default: 512 * 1_024, min: 65_536, max: 64 * 2 ** 20 },
  },
  variants: [],
  open: (spec, onFailure) => openOwnSockets(spec, Number(spec.params.chunk), onFailure),
};

const empty: Control = {
  name: "empty",
  summary: "control: Workers are released and close without sending; the fixed cost of a run",
  params: {},
  variants: [{}],
  async open(spec, onFailure) {
    const subject = await openStrategySubject(swapBuffer, { ...spec, params: {} }, onFailure);
    return { ...subject, messagesOf: () => 0 };
  },
};

export const CONTROLS: readonly Control[] = [socketBulk, socketEach, noHandoff, ownSocket, empty];

export function findControl(name: string): Control | undefined {
  return CONTROLS.find((control) => control.name === name);
}

/** Controls have no hand-off to compare, so they enter no verdict. */
export function isControl(name: string): boolean {
  return findControl(name) !== undefined;
}

/** @param chunk bytes per write, or null to write each message by itself */
function prebuilt(chunk: number | null): Subject {
  let stream: Uint8Array = new Uint8Array(0);
  let step = 1;
  /** Where each message ends, if each is written by itself; null where all have one size. */
  let ends: number[] | null = null;
  return {
    sharedBytes: 0,
    messagesOf: (asked) => asked,
    prepare(plan: RunPlan): void {
      const differ = !plan.proof && (isMixed(plan) || (plan.workload ?? "bytes") !== "bytes");
      const pieces = differ ? buildPieces(plan.producers, plan) : null;
      stream = pieces?.stream ?? buildStream(plan.producers, plan, stream);
      ends = chunk === null ? pieces?.ends ?? null : null;
      step = chunk ?? plan.messageBytes;
    },
    ready: () => Promise.resolve(),
    async transfer(sink: RunSink): Promise<Transferred> {
      let writes = 0;
      if (ends !== null) {
        let longest = 0;
        for (let at = 0; writes < ends.length; at = ends[writes++]) {
          longest = Math.max(longest, ends[writes] - at);
          await sink.write(stream.subarray(at, ends[writes]));
        }
        return { bytes: stream.length, writes, peakBytes: longest };
      }
      for (let at = 0; at < stream.length; at += step, writes++) {
        await sink.write(stream.subarray(at, at + step));
      }
      return { bytes: stream.length, writes, peakBytes: Math.min(step, stream.length) };
    },
    waits: () => Promise.resolve(NO_WAITS),
    fail() {},
    stop: () => Promise.resolve(),
  };
}
