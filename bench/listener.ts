/**
 * The listener: accepts runs one at a time, keeps or checks their bytes, acknowledges, judges. It is the same
 * for every runtime under test and never part of what a cell measures of itself.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  decodeHeader,
  encodeAck,
  encodeHello,
  encodeVerdict,
  HEADER_BYTES,
  headerLength,
  type HelloStatus,
  type ListenerVerdict,
  opensLikeHeader,
  type RunHeader,
} from "./protocol.ts";
import { Recorder } from "./verify/recorder.ts";

/** A stranger that connects and says nothing is dropped after this long (ms). */
const HEADER_TIMEOUT_MS = 10_000;

export interface ListenerOptions {
  host: string;
  /** 0 for a free one. */
  port: number;
  storeBytes: number;
  /** Called after every run that ended. */
  onRun?: (run: FinishedRun) => void;
  /** Called for every run whose client went away before its end. */
  onAbort?: (header: RunHeader, receivedBytes: number) => void;
}

export interface FinishedRun {
  header: RunHeader;
  receivedBytes: number;
  verdict: ListenerVerdict;
}

export interface Listener {
  host: string;
  port: number;
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
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, store, turns, options);
  });
  await listening(server, options.host, options.port);
  const address = server.address() as AddressInfo;
  return {
    host: address.address,
    port: address.port,
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

  /** Resolves with the function that ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end = () => {};
    this.#last = new Promise((resolve) => end = resolve);
    await before;
    return end;
  }
}

function serve(socket: Socket, store: Uint8Array, turns: Turns, options: ListenerOptions): void {
  socket.setNoDelay(true);
  socket.setTimeout(HEADER_TIMEOUT_MS, () => socket.destroy());
  let head = new Uint8Array(0);

  function refuse(status: Exclude<HelloStatus, "accepted">): void {
    socket.off("data", onHeaderBytes);
    socket.end(encodeHello({ status, mode: "after", storeBytes: store.length }));
  }

  function onHeaderBytes(chunk: Uint8Array): void {
    head = joined(head, chunk);
    if (!opensLikeHeader(head)) return refuse("not a header");
    if (head.length < HEADER_BYTES || head.length < headerLength(head)) return;
    const header = decodeHeader(head);
    if (typeof header === "string") return refuse(header);
    // No data flows before the hello, so bytes behind the header are a client that broke the protocol.
    if (head.length > headerLength(head)) return refuse("bad values");
    socket.off("data", onHeaderBytes);
    socket.setTimeout(0);
    void takeTurn(header);
  }

  async function takeTurn(header: RunHeader): Promise<void> {
    const endTurn = await turns.take();
    if (socket.destroyed) return endTurn();
    socket.once("close", endTurn);
    receive(socket, header, store, options);
  }

  socket.on("data", onHeaderBytes);
}

function receive(
  socket: Socket,
  header: RunHeader,
  store: Uint8Array,
  options: ListenerOptions,
): void {
  const recorder = new Recorder(header, store);
  let ended = false;
  const cpuBefore = process.cpuUsage();
  socket.on("data", (chunk: Uint8Array) => recorder.take(chunk));
  socket.on("end", () => {
    ended = true;
    const cpu = process.cpuUsage(cpuBefore);
    socket.write(encodeAck(recorder.receivedBytes), () => {
      const verdict: ListenerVerdict = {
        ...recorder.verdict(),
        mode: recorder.mode,
        listenerCpuUserUs: cpu.user,
        listenerCpuSystemUs: cpu.system,
      };
      options.onRun?.({ header, receivedBytes: recorder.receivedBytes, verdict });
      socket.end(encodeVerdict(verdict));
    });
  });
  socket.on("close", () => {
    if (!ended) options.onAbort?.(header, recorder.receivedBytes);
  });
  socket.write(encodeHello({ status: "accepted", mode: recorder.mode, storeBytes: store.length }));
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
