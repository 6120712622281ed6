/**
 * The listener: accepts connections, reads their headers, and takes one run after another. It is the same for every
 * runtime under test and never part of what a cell measures of itself.
 */
import { Buffer } from "node:buffer";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Store } from "../verify/store.ts";
import { connectionLimit } from "./connection_limit.ts";
import { encodeHello } from "./answers.ts";
import { MAGIC, opensLike } from "./bytes.ts";
import { decodeHeader, headerLength } from "./header.ts";
import { clockNs } from "./listener_clock.ts";
import { type HelloStatus, type RunHeader } from "./protocol.ts";
import { type FinishedRun, receiveRun, type RunConnection } from "./received_run.ts";
import { decodeQuestion, QUESTION_BYTES, Witnesses } from "./witness.ts";

export type { FinishedRun } from "./received_run.ts";

/**
 * Milliseconds after which a connection is dropped: one that says nothing, one of a run that stays incomplete, and one
 * that was refused, whatever it still sends.
 */
const PATIENCE_MS = 10_000;
/** Runs that may wait for their turn or for their connections; further ones are told that the listener is busy. */
export const MAX_WAITING = 64;

/** Milliseconds after which a peer that has vanished is noticed, also while it waits for its turn. */
const KEEP_ALIVE_MS = 10_000;

export interface ListenerOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  storeBytes: number;
  /** For tests: how long a connection without a run may stay (default 10 s). */
  patienceMs?: number;
  /** Called after every run that has a verdict. */
  onRun?: (run: FinishedRun) => void;
  /** Called for every run that has no verdict, with the reason in words. */
  onAbort?: (header: RunHeader, receivedBytes: number, why: string) => void;
  /** Called where the system refuses a connection, for want of file descriptors, for example. */
  onError?: (error: Error) => void;
}

export interface Listener {
  host: string;
  port: number;
  /** Runs that wait for their turn. */
  waiting(): number;
  /** Drops all connections and frees the port. */
  close(): Promise<void>;
}

/** Start listening. Rejects with the system's error where the address cannot be had. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  /** Those that have sent no header, or one that was refused, in the order in which they came. */
  const strangers = new Set<Socket>();
  const queue = new Queue(options, (socket) => strangers.add(socket));
  const { patienceMs = PATIENCE_MS } = options;
  const limit = connectionLimit();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    strangers.add(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("close", () => {
      sockets.delete(socket);
      strangers.delete(socket);
    });
    socket.on("error", () => socket.destroy());
    if (sockets.size > limit) {
      const [oldest] = strangers;
      sockets.delete(oldest);
      strangers.delete(oldest);
      oldest.destroy();
    }
    readOpening(socket, patienceMs, (head) => {
      strangers.delete(socket);
      queue.open(socket, head);
    });
  });
  await listening(server, options.host, options.port);
  server.on("error", (error) => options.onError?.(error));
  const address = server.address() as AddressInfo;
  return {
    host: address.address,
    port: address.port,
    waiting: () => queue.waiting,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        queue.close();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * Calls `onOpening` once, with a whole header or question or with bytes that are neither; never if the client leaves
 * before.
 */
function readOpening(
  socket: Socket,
  patienceMs: number,
  onOpening: (head: Uint8Array) => void,
): void {
  socket.setNoDelay(true);
  socket.setTimeout(patienceMs, () => socket.destroy());
  let head: Uint8Array = new Uint8Array(0);

  function take(chunk: Uint8Array): void {
    head = Buffer.concat([head, chunk]);
    if (opensLike(head, MAGIC.header) && head.length < headerLength(head)) return;
    if (opensLike(head, MAGIC.question) && head.length < QUESTION_BYTES) return;
    socket.off("data", take);
    socket.off("end", leave);
    socket.setTimeout(0);
    onOpening(head);
  }

  /** The client will never say who it is, and its descriptor may be needed. */
  function leave(): void {
    socket.destroy();
  }

  socket.on("data", take);
  socket.on("end", leave);
}

/** A client before its hello: it may leave or break the protocol, and neither must go unnoticed. */
class Waiting implements RunConnection {
  readonly socket: Socket;
  ended = false;
  readonly #onEnd = () => this.ended = true;
  readonly #onEarly: () => void;

  constructor(socket: Socket, onEarly: () => void) {
    this.socket = socket;
    this.#onEarly = onEarly;
    socket.on("end", this.#onEnd);
    socket.on("data", onEarly);
  }

  /** Stops listening: what comes from here on is for the run, or for nobody. */
  release(): void {
    this.socket.off("end", this.#onEnd);
    this.socket.off("data", this.#onEarly);
  }

  get gone(): boolean {
    return this.socket.destroyed || this.socket.writableEnded;
  }
}

/** A run that still waits for some of its connections. */
interface Gathering {
  head: Uint8Array;
  connections: Waiting[];
  timer: ReturnType<typeof setTimeout>;
}

/** Runs share the store and the core, so a second one waits for the verdict on the first. */
class Queue {
  readonly #store: Store;
  readonly #options: ListenerOptions;
  readonly #onRefused: (socket: Socket) => void;
  readonly #patienceMs: number;
  readonly #gathering = new Map<bigint, Gathering>();
  readonly #witnesses = new Witnesses();
  #last: Promise<void> = Promise.resolve();
  /** Runs that have not got their turn yet. */
  waiting = 0;

  constructor(options: ListenerOptions, onRefused: (socket: Socket) => void) {
    this.#store = new Store(options.storeBytes);
    this.#options = options;
    this.#onRefused = onRefused;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
  }

  refuse(socket: Socket, status: Exclude<HelloStatus, "accepted">): void {
    if (socket.writableEnded) return;
    this.#onRefused(socket);
    // What the client goes on sending is thrown away until it leaves, but not for ever, even if it never stops.
    socket.on("data", () => {});
    socket.on("end", () => socket.destroy());
    const timer = setTimeout(() => socket.destroy(), this.#patienceMs);
    socket.on("close", () => clearTimeout(timer));
    socket.end(this.#hello(status));
  }

  #hello(status: HelloStatus): Uint8Array {
    const storeBytes = this.#store.size;
    return encodeHello({ status, mode: "after", storeBytes, clockNs: clockNs() });
  }

  /** Decides what to do with a connection that has sent its opening. */
  open(socket: Socket, head: Uint8Array): void {
    if (opensLike(head, MAGIC.question)) {
      const status = this.#witnesses.admit(socket, decodeQuestion(head));
      if (status !== "accepted") return this.refuse(socket, status);
      return void socket.write(this.#hello(status));
    }
    const header = opensLike(head, MAGIC.header) ? decodeHeader(head) : "not a header";
    if (typeof header === "string") return this.refuse(socket, header);
    // No data flows before the hello, so bytes after the header come from a client that breaks the protocol.
    if (head.length > headerLength(head)) return this.refuse(socket, "bad values");
    this.#enter(socket, header, head);
  }

  /** Takes in a connection with a good header: its run gets a turn as soon as all its connections are there. */
  #enter(socket: Socket, header: RunHeader, head: Uint8Array): void {
    const isFull = this.waiting + this.#gathering.size >= MAX_WAITING;
    if (header.connections === undefined) {
      if (isFull) return this.refuse(socket, "busy");
      return void this.#takeTurn(header, [this.#wait(socket)]);
    }
    const { count, token } = header.connections;
    const begun = this.#gathering.get(token);
    if (begun === undefined && isFull) return this.refuse(socket, "busy");
    const run = begun ?? this.#gather(token, head);
    if (!isSame(run.head, head)) return this.refuse(socket, "bad values");
    run.connections.push(this.#wait(socket));
    if (run.connections.length < count) return;
    clearTimeout(run.timer);
    this.#gathering.delete(token);
    void this.#takeTurn(header, run.connections);
  }

  /** Stops waiting for runs that are incomplete. */
  close(): void {
    for (const { timer } of this.#gathering.values()) clearTimeout(timer);
  }

  #gather(token: bigint, head: Uint8Array): Gathering {
    const giveUp = () => {
      this.#gathering.delete(token);
      this.#dismiss(run.connections);
    };
    const run: Gathering = { head, connections: [], timer: setTimeout(giveUp, this.#patienceMs) };
    this.#gathering.set(token, run);
    return run;
  }

  #wait(socket: Socket): Waiting {
    return new Waiting(socket, () => this.refuse(socket, "bad values"));
  }

  async #takeTurn(header: RunHeader, connections: readonly Waiting[]): Promise<void> {
    const before = this.#last;
    const { promise, resolve: onClosed } = Promise.withResolvers<void>();
    this.#last = promise;
    this.waiting++;
    await before;
    this.waiting--;
    if (connections.some(({ gone }) => gone)) {
      this.#dismiss(connections);
      return onClosed();
    }
    for (const connection of connections) connection.release();
    const { onRun, onAbort } = this.#options;
    this.#witnesses.begin(header);
    receiveRun(header, connections, this.#store.readyFor(header), {
      onClosed,
      onRun: (run) => {
        this.#witnesses.end(run);
        onRun?.(run);
      },
      ...(onAbort === undefined ? {} : { onAbort }),
    });
  }

  /** One connection never came or is gone, so the others have no run. */
  #dismiss(connections: readonly Waiting[]): void {
    for (const connection of connections) {
      connection.release();
      if (!connection.gone) this.refuse(connection.socket, "incomplete");
    }
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
