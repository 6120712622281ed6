/**
 * The listener: accepts runs one at a time, keeps or checks their bytes, acknowledges, judges. It is the same
 * for every runtime under test and never part of what a cell measures of itself.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  decodeHeader,
  DEFAULT_SILENCE_MS,
  encodeAck,
  encodeHello,
  encodeVerdict,
  headerLength,
  type HelloStatus,
  type ListenerVerdict,
  opensLikeHeader,
  type RunHeader,
} from "./protocol.ts";
import { Recorder } from "./verify/recorder.ts";

/** A stranger that connects and says nothing is dropped after this long (ms). */
const HEADER_TIMEOUT_MS = 10_000;
/** Clients that may wait for their turn; further ones are told that the listener is busy. */
export const MAX_WAITING = 64;

/** A peer that is gone without a word is found out after this long (ms), while it waits for its turn, too. */
const KEEP_ALIVE_MS = 10_000;

export interface ListenerOptions {
  host: string;
  /** 0 for a free one. */
  port: number;
  storeBytes: number;
  /** Called after every run that ended. */
  onRun?: (run: FinishedRun) => void;
  /** Called for every run that has no verdict, with the reason in words. */
  onAbort?: (header: RunHeader, receivedBytes: number, why: string) => void;
  /** Called where the system refuses a connection, for want of file descriptors, say. */
  onError?: (error: Error) => void;
}

export interface FinishedRun {
  header: RunHeader;
  receivedBytes: number;
  verdict: ListenerVerdict;
}

export interface Listener {
  host: string;
  port: number;
  /** Clients that wait for their turn. */
  waiting(): number;
  /** Drops all connections and frees the port. */
  close(): Promise<void>;
}

/** Start listening. Rejects with the system's error where the address cannot be had. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  // Touched once here, so that no run pays for the first use of a page.
  const store = new Uint8Array(options.storeBytes).fill(1);
  const turns = new Turns();
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, store, turns, options);
  });
  await listening(server, options.host, options.port);
  server.on("error", (error) => options.onError?.(error));
  const address = server.address() as AddressInfo;
  return {
    host: address.address,
    port: address.port,
    waiting: () => turns.waiting,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
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

/** Runs share the store and the core, so a second one waits for the first one's verdict. */
class Turns {
  #last: Promise<void> = Promise.resolve();
  /** Clients that have not got their turn yet. */
  waiting = 0;

  /** Resolves with the function that ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end = () => {};
    this.#last = new Promise((resolve) => end = resolve);
    this.waiting++;
    await before;
    this.waiting--;
    return end;
  }
}

function serve(socket: Socket, store: Uint8Array, turns: Turns, options: ListenerOptions): void {
  socket.setNoDelay(true);
  socket.setTimeout(HEADER_TIMEOUT_MS, () => socket.destroy());
  let head = new Uint8Array(0);

  function refuse(status: Exclude<HelloStatus, "accepted">): void {
    if (socket.writableEnded) return;
    socket.off("data", onHeaderBytes);
    // What it sends on is thrown away until it leaves, but not for ever.
    socket.on("data", () => {});
    socket.on("end", () => socket.destroy());
    socket.setTimeout(HEADER_TIMEOUT_MS, () => socket.destroy());
    socket.end(encodeHello({ status, mode: "after", storeBytes: store.length }));
  }

  function onHeaderBytes(chunk: Uint8Array): void {
    head = joined(head, chunk);
    if (!opensLikeHeader(head)) return refuse("not a header");
    if (head.length < headerLength(head)) return;
    const header = decodeHeader(head);
    if (typeof header === "string") return refuse(header);
    // No data flows before the hello, so bytes behind the header are a client that broke the protocol.
    if (head.length > headerLength(head)) return refuse("bad values");
    if (turns.waiting >= MAX_WAITING) return refuse("busy");
    socket.off("data", onHeaderBytes);
    socket.setTimeout(0);
    void takeTurn(header);
  }

  async function takeTurn(header: RunHeader): Promise<void> {
    // A client may leave, or break the protocol, while it waits: no event of it may be missed.
    let ended = false;
    const onEnd = () => ended = true;
    const onEarly = () => refuse("bad values");
    socket.on("end", onEnd);
    socket.on("data", onEarly);
    const endTurn = await turns.take();
    socket.off("end", onEnd);
    socket.off("data", onEarly);
    if (socket.destroyed || socket.writableEnded) return endTurn();
    socket.once("close", endTurn);
    receive(socket, header, ended, store, options);
  }

  socket.on("data", onHeaderBytes);
}

/** One run, from its hello to its verdict. @param ended the client has half-closed before its turn came */
function receive(
  socket: Socket,
  header: RunHeader,
  ended: boolean,
  store: Uint8Array,
  options: ListenerOptions,
): void {
  const recorder = new Recorder(header, store);
  const cpuBefore = process.cpuUsage();
  let judged = false;
  let why = "its client went away";

  /** Whatever one run makes the check throw ends that run and nothing else. */
  function guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      why = `checking it failed (${(error as Error).message})`;
      socket.destroy();
    }
  }

  function finish(): void {
    judged = true;
    socket.setTimeout(0);
    const cpu = process.cpuUsage(cpuBefore);
    socket.write(encodeAck(recorder.receivedBytes), () =>
      guarded(() => {
        const verdict: ListenerVerdict = {
          ...recorder.verdict(),
          mode: recorder.mode,
          listenerCpuUserUs: cpu.user,
          listenerCpuSystemUs: cpu.system,
        };
        options.onRun?.({ header, receivedBytes: recorder.receivedBytes, verdict });
        socket.end(encodeVerdict(verdict));
        // A client that has its verdict and does not leave must not keep the turn.
        socket.setTimeout(HEADER_TIMEOUT_MS, () => socket.destroy());
      }));
  }

  let bytesAtTimeout = -1;
  const silenceMs = header.silenceMs ?? DEFAULT_SILENCE_MS;
  socket.setTimeout(silenceMs, () => {
    // Bytes may have come while this thread was busy checking others: those are read first.
    bytesAtTimeout = recorder.receivedBytes;
    setImmediate(() =>
      setImmediate(() => {
        if (judged || recorder.receivedBytes !== bytesAtTimeout) return;
        why = `nothing came for ${silenceMs / 1_000} s`;
        socket.destroy();
      })
    );
  });
  socket.on("data", (chunk: Uint8Array) => guarded(() => recorder.take(chunk)));
  socket.on("end", finish);
  socket.on("close", () => {
    if (!judged) options.onAbort?.(header, recorder.receivedBytes, why);
  });
  socket.write(encodeHello({ status: "accepted", mode: recorder.mode, storeBytes: store.length }));
  if (ended) finish();
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
