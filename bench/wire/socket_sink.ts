/** A run over TCP to the listener, with `node:net`, which all three runtimes have. */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import type { Arrivals, ClockOffset } from "../latency/waits.ts";
import {
  decodeAck,
  decodeClock,
  decodeHello,
  decodeStamps,
  decodeVerdict,
  encodeClock,
  verdictDetailLength,
  verdictNamesLength,
  verdictStampsLength,
} from "./answers.ts";
import { encodeHeader } from "./header.ts";
import {
  ACK_BYTES,
  CLOCK_BYTES,
  HELLO_BYTES,
  type ListenerVerdict,
  ProtocolError,
  type RunHeader,
  VERDICT_BYTES,
} from "./protocol.ts";
import type { OpenRun, RunSink } from "./sink.ts";

/** How long a listener may take to answer a header: its queue can hold another client's run (ms). */
const HELLO_TIMEOUT_MS = 30_000;

/** Runs to the listener at this address. */
export function socketRuns(host: string, port: number): OpenRun {
  return (header, onFailure) => openSocketRun(host, port, header, onFailure);
}

async function openSocketRun(
  host: string,
  port: number,
  header: RunHeader,
  onFailure: (reason: Error) => void,
): Promise<RunSink> {
  const before = performance.now();
  const run = new SocketRun(connect({ host, port, noDelay: true, allowHalfOpen: true }), onFailure);
  await run.handshake(header);
  run.connectUs = (performance.now() - before) * 1_000;
  return run;
}

class SocketRun implements RunSink {
  connectUs = 0;
  readonly #socket: Socket;
  #clock: ClockOffset | null = null;
  #arrivals: Arrivals = { names: new Uint8Array(0), read: null };
  #failure: Error | null = null;
  /** Rejects the call that waits now: a write, or a read of the reply. */
  #reject: ((reason: Error) => void) | null = null;
  /** Bytes that have come and were not read yet. */
  #arrived: Uint8Array[] = [];
  #arrivedBytes = 0;
  #onArrived: (() => void) | null = null;
  /** From here on only replies are awaited, and the listener may close the connection after the last one. */
  #finishing = false;

  constructor(socket: Socket, onFailure: (reason: Error) => void) {
    this.#socket = socket;
    const fail = (reason: Error) => {
      if (this.#failure !== null) return;
      this.#failure = reason;
      this.#reject?.(reason);
      if (!this.#finishing) onFailure(reason);
    };
    // Bun passes no error to a write's callback, and Deno may say EPIPE for a reset: only these two events are the same
    // in all three.
    socket.on("error", (error: NodeJS.ErrnoException) => fail(connectionLost(error)));
    socket.on("close", () => fail(new Error("the listener closed the connection")));
    socket.on("end", () => fail(new Error("the listener ended the run early")));
    socket.on("data", (chunk: Uint8Array) => {
      this.#arrived.push(chunk);
      this.#arrivedBytes += chunk.length;
      this.#onArrived?.();
    });
  }

  async handshake(header: RunHeader): Promise<void> {
    this.#socket.setNoDelay(true);
    this.#socket.write(encodeHeader(header));
    try {
      const hello = decodeHello(await this.#readSoon(HELLO_BYTES));
      if (hello.status !== "accepted") {
        throw new ProtocolError(`the listener refuses the run: ${hello.status}`);
      }
      if (header.exchanges !== undefined) this.#clock = await this.#compareClocks(header.exchanges);
    } catch (error) {
      this.abort(error as Error);
      throw error;
    }
  }

  /** The next bytes of a reply; aborts the run where none come in time. */
  async #readSoon(bytes: number): Promise<Uint8Array> {
    const timer = setTimeout(
      () =>
        this.abort(
          new ProtocolError(
            `what listens there said nothing for ${HELLO_TIMEOUT_MS / 1_000} s: ` +
              "another client's run is on, or it is not a fanin listener",
          ),
        ),
      HELLO_TIMEOUT_MS,
    );
    try {
      return await this.#read(bytes);
    } finally {
      clearTimeout(timer);
    }
  }

  async #compareClocks(exchanges: number): Promise<ClockOffset> {
    // The listener reads its clock after the question has left and before the answer is here: each exchange bounds the
    // difference from both sides, and the tightest two bounds may come from different exchanges.
    let [least, most] = [-Infinity, Infinity];
    for (let at = 0; at < exchanges; at++) {
      const before = performance.now();
      this.#socket.write(encodeClock(0n));
      const listenerMs = Number(decodeClock(await this.#readSoon(CLOCK_BYTES))) / 1e6;
      least = Math.max(least, listenerMs - performance.now());
      most = Math.min(most, listenerMs - before);
    }
    return { offsetMs: (least + most) / 2, errorMs: Math.abs(most - least) / 2 };
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#reject = reject;
      this.#socket.write(bytes, () => resolve());
    });
  }

  async finish(): Promise<number> {
    if (this.#failure !== null) throw this.#failure;
    this.#finishing = true;
    this.#socket.end();
    return decodeAck(await this.#read(ACK_BYTES));
  }

  async verdict(): Promise<ListenerVerdict> {
    const fixed = await this.#read(VERDICT_BYTES);
    const detail = await this.#read(verdictDetailLength(fixed));
    const stamps = decodeStamps(await this.#read(verdictStampsLength(fixed)));
    const names = await this.#read(verdictNamesLength(fixed));
    const read = this.#clock === null ? null : { stamps, clock: this.#clock };
    this.#arrivals = { names, read };
    this.#socket.destroy();
    return decodeVerdict(fixed, detail);
  }

  arrivals(): Arrivals {
    return this.#arrivals;
  }

  abort(reason: Error): void {
    this.#failure ??= reason;
    this.#reject?.(reason);
    this.#socket.destroy();
  }

  #read(length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      const take = () => {
        if (this.#arrivedBytes < length) return false;
        this.#onArrived = null;
        const [first, ...others] = this.#arrived;
        const bytes = others.length === 0 ? first : Buffer.concat(this.#arrived);
        this.#arrived = [bytes.subarray(length)];
        this.#arrivedBytes -= length;
        resolve(bytes.subarray(0, length));
        return true;
      };
      if (take()) return;
      if (this.#failure !== null) return reject(this.#failure);
      this.#onArrived = take;
    });
  }
}

function connectionLost(error: NodeJS.ErrnoException): Error {
  return error.code === "ECONNREFUSED"
    ? new Error("no listener answers at that address; start one with server.ts")
    : new Error(`the connection to the listener broke (${error.code ?? error.message})`);
}
