/** One run at the listener, from its hellos to its verdicts, over one connection or several. */
import type { Socket } from "node:net";
import { Stamps } from "../latency/stamps.ts";
import {
  decodeClock,
  encodeAck,
  encodeClock,
  encodeHello,
  encodeVerdict,
  trailerBytes,
} from "./answers.ts";
import {
  CLOCK_BYTES,
  DEFAULT_SILENCE_MS,
  type ListenerVerdict,
  mostBytes,
  type RunHeader,
  type Stamp,
} from "./protocol.ts";
import { clockNs } from "./listener_clock.ts";
import { SlowReader } from "./slow_reader.ts";
import { Recorder } from "../verify/recorder.ts";

/** How long a client that has its verdict may stay, since others wait for their turn (ms). */
const LEAVE_MS = 10_000;
/** Chunks of one run whose arrival is stamped; later ones are read without a stamp. */
const MAX_STAMPS = 1 << 20;
/** A client may send everything twice and this many bytes more, and still learns what was wrong; then it is cut off. */
const SURPLUS_BYTES = 1 << 20;

/** One of the connections over which a run comes. */
export interface RunConnection {
  socket: Socket;
  /** The client has half-closed it already. */
  ended: boolean;
}

export interface FinishedRun {
  header: RunHeader;
  receivedBytes: number;
  /** From the first byte of messages that was read to the last, µs. */
  spanUs: number;
  verdict: ListenerVerdict;
}

export interface RunEnd {
  onRun?: (run: FinishedRun) => void;
  onAbort?: (header: RunHeader, receivedBytes: number, why: string) => void;
  /** Called when every connection is closed and the store is free for the next run. */
  onClosed: () => void;
}

/** Take one run in, acknowledge it and judge it. It may use the store until `onClosed`. */
export function receiveRun(
  header: RunHeader,
  connections: readonly RunConnection[],
  store: Uint8Array,
  end: RunEnd,
): void {
  new ReceivedRun(header, connections.map(({ socket }) => socket), store, end).begin(connections);
}

class ReceivedRun {
  readonly #header: RunHeader;
  readonly #sockets: readonly Socket[];
  readonly #store: Uint8Array;
  readonly #end: RunEnd;
  readonly #recorder: Recorder;
  readonly #cpuBefore = process.cpuUsage();
  /** For each connection: bytes of messages so far, and when its chunks were read. */
  readonly #received: number[];
  readonly #stamps: Stamps[];
  #stamped = 0;
  /** The most bytes that are read of this run, over all connections together. */
  readonly #most: number;
  #open: number;
  #unended: number;
  /** The run is acknowledged or given up: nothing that happens from here on changes its verdict. */
  #over = false;
  #slow: SlowReader | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #lastByteAt = performance.now();
  #firstByteAt: number | null = null;

  constructor(
    header: RunHeader,
    sockets: readonly Socket[],
    store: Uint8Array,
    end: RunEnd,
  ) {
    this.#header = header;
    this.#sockets = sockets;
    this.#store = store;
    this.#end = end;
    this.#recorder = new Recorder(header, store);
    this.#received = sockets.map(() => 0);
    this.#stamps = header.stamps ? sockets.map(() => new Stamps()) : [];
    const trailers = header.trailer ? sockets.length * trailerBytes(header.producers) : 0;
    this.#most = 2 * (mostBytes(header) ?? Infinity) + trailers + SURPLUS_BYTES;
    this.#open = sockets.length;
    this.#unended = sockets.length;
  }

  begin(connections: readonly RunConnection[]): void {
    this.#watchSilence(this.#header.silenceMs ?? DEFAULT_SILENCE_MS);
    for (const [at, { socket, ended }] of connections.entries()) {
      const take = this.#takerOf(at);
      socket.on("data", (chunk: Uint8Array) => this.#guarded(() => take(chunk)));
      socket.on("end", () => this.#ended());
      socket.on("close", () => this.#closed());
      socket.write(encodeHello({
        status: "accepted",
        mode: this.#recorder.mode,
        storeBytes: this.#store.length,
        clockNs: clockNs(),
      }));
      if (ended) this.#ended();
    }
  }

  /** A function that takes what one connection reads: its clock exchanges first, then its messages. */
  #takerOf(at: number): (chunk: Uint8Array) => void {
    const messages = (bytes: Uint8Array) => {
      this.#lastByteAt = performance.now();
      this.#firstByteAt ??= this.#lastByteAt;
      this.#received[at] += bytes.length;
      if (this.#header.stamps) this.#stamp(at);
      this.#recorder.take(bytes, at);
      if (this.#recorder.receivedBytes > this.#most) {
        return this.#giveUp("it sends more than twice what it announced");
      }
      this.#slowDown(bytes.length);
    };
    let exchanges = this.#header.exchanges ?? 0;
    if (exchanges === 0) return messages;
    const question = new Uint8Array(CLOCK_BYTES);
    let length = 0;
    return (chunk) => {
      let from = 0;
      while (exchanges > 0 && from < chunk.length) {
        const part = chunk.subarray(from, from + CLOCK_BYTES - length);
        question.set(part, length);
        from += part.length;
        length += part.length;
        if (length < CLOCK_BYTES) return;
        decodeClock(question);
        this.#sockets[at].write(encodeClock(clockNs()));
        this.#lastByteAt = performance.now();
        length = 0;
        exchanges--;
      }
      if (from < chunk.length) messages(chunk.subarray(from));
    };
  }

  /**
   * The periods of slow reading begin with the first message, because how long a client prepares after the hello
   * differs from run to run.
   */
  #slowDown(tookBytes: number): void {
    const { reading } = this.#header;
    if (reading === undefined || this.#over) return;
    this.#slow ??= new SlowReader(this.#sockets, reading);
    this.#slow.took(tookBytes);
  }

  #stamp(at: number): void {
    if (this.#stamped < MAX_STAMPS) {
      this.#stamped++;
      this.#stamps[at].add(this.#received[at], this.#lastByteAt);
    }
  }

  #ended(): void {
    // Bun also reports the end of a socket that this side has destroyed.
    if (!this.#over && --this.#unended === 0) this.#finish();
  }

  #finish(): void {
    this.#over = true;
    this.#slow?.end();
    clearTimeout(this.#silence);
    const cpu = process.cpuUsage(this.#cpuBefore);
    let acknowledged = 0;
    for (const [at, socket] of this.#sockets.entries()) {
      // The check may take long, so every acknowledgement is sent before it begins.
      socket.write(encodeAck(this.#received[at]), () => {
        if (++acknowledged === this.#sockets.length) this.#guarded(() => this.#judge(cpu));
      });
    }
  }

  #judge(cpu: NodeJS.CpuUsage): void {
    const verdict: ListenerVerdict = {
      ...this.#recorder.verdict(),
      mode: this.#recorder.mode,
      listenerCpuUserUs: cpu.user,
      listenerCpuSystemUs: cpu.system,
    };
    const { receivedBytes } = this.#recorder;
    const spanUs = (this.#lastByteAt - (this.#firstByteAt ?? this.#lastByteAt)) * 1_000;
    this.#end.onRun?.({ header: this.#header, receivedBytes, spanUs, verdict });
    const names = this.#header.names ? this.#recorder.names() : new Uint8Array(0);
    for (const [at, socket] of this.#sockets.entries()) {
      socket.end(encodeVerdict(verdict, stampsOf(this.#stamps[at]), names));
      socket.setTimeout(LEAVE_MS, () => socket.destroy());
    }
  }

  /** A run that lacks a connection has no verdict, so the first one that closes early ends it. */
  #closed(): void {
    this.#giveUp("its client went away");
    if (--this.#open === 0) this.#end.onClosed();
  }

  #watchSilence(limitMs: number): void {
    const look = () => {
      // A client cannot be blamed for bytes that this side does not read.
      if (this.#slow?.isPausing) this.#lastByteAt = performance.now();
      const left = this.#lastByteAt + limitMs - performance.now();
      if (left > 0) {
        this.#silence = setTimeout(look, left);
        return;
      }
      // Bytes may have come while this thread was checking another run; those are read first.
      const { receivedBytes } = this.#recorder;
      setImmediate(() =>
        setImmediate(() => {
          if (this.#over) return;
          if (this.#recorder.receivedBytes !== receivedBytes) return look();
          this.#giveUp(`nothing came for ${limitMs / 1_000} s`);
        })
      );
    };
    this.#silence = setTimeout(look, limitMs);
  }

  /** An error that a run causes in the check ends that run and nothing else. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      // It may have its acknowledgement already; what it cannot have is a verdict.
      this.#over = false;
      this.#giveUp(`checking it failed (${(error as Error).message})`);
    }
  }

  #giveUp(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#slow?.end();
    clearTimeout(this.#silence);
    this.#end.onAbort?.(this.#header, this.#recorder.receivedBytes, why);
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The stamps in the form in which they are sent, made after the client's clock has stopped. */
function stampsOf(stamps: Stamps | undefined): Stamp[] {
  return Array.from({ length: stamps?.count ?? 0 }, (_, at) => ({
    bytes: stamps!.bytesAt(at),
    ns: clockNs(stamps!.msAt(at)),
  }));
}
