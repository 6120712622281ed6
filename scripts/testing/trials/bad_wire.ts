/** A listener behind a proxy that corrupts or breaks one connection, at one byte. */
import { connect, createServer, type Socket } from "node:net";
import { decodeHeader } from "../../../bench/wire/header.ts";
import { startListener } from "../../../bench/wire/listener.ts";
import { ACK_BYTES, HEADER_BYTES, HELLO_BYTES } from "../../../bench/wire/protocol.ts";

const LOOPBACK = "127.0.0.1";
const STORE_BYTES = 1 << 20;

/**
 * What happens to a chunk; the result is passed on. `offset` is the chunk's position in the stream of its direction.
 */
export type Tamper = (
  chunk: Buffer,
  offset: number,
  sockets: { client: Socket; upstream: Socket },
) => Uint8Array | Promise<Uint8Array>;

export interface BadWire {
  port: number;
  /** Whether the fault has occurred. */
  struck: boolean;
  /** From now on, everything is passed on unchanged. */
  heal(): void;
  close(): Promise<void>;
}

/**
 * Where the parts begin in the stream of their direction: the payload follows the header; acknowledgement and verdict
 * follow the hello.
 */
export const PAYLOAD_AT = HEADER_BYTES;
export const ACK_AT = HELLO_BYTES;
export const VERDICT_AT = HELLO_BYTES + ACK_BYTES;

/**
 * @param nth the connection that is struck, counted from 0. Only those with a measured run of messages count, since
 * what goes wrong in a warm-up spoils no figure.
 * @param way `forth` to the listener, or `back`
 */
export async function openBadWire(
  nth: number,
  way: "forth" | "back",
  tamper: Tamper,
): Promise<BadWire> {
  const listener = await startListener({ host: LOOPBACK, port: 0, storeBytes: STORE_BYTES });
  const sockets = new Set<Socket>();
  let left = nth;
  let healed = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: listener.port, host: LOOPBACK, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        (socket === client ? upstream : client).destroy();
      });
    }
    let isChosen = false;
    pipe(client, upstream, (chunk, offset) => {
      if (offset === 0 && isMeasured(chunk) && left-- === 0) isChosen = !healed;
      return isChosen && way === "forth" ? strike(chunk, offset) : chunk;
    });
    pipe(
      upstream,
      client,
      (chunk, offset) => isChosen && way === "back" ? strike(chunk, offset) : chunk,
    );
    const strike = (chunk: Buffer, offset: number) => {
      const passed = tamper(chunk, offset, { client, upstream });
      if (passed !== chunk) wire.struck = true;
      return passed;
    };
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const wire: BadWire = {
    port: (server.address() as { port: number }).port,
    struck: false,
    heal: () => healed = true,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await listener.close();
    },
  };
  return wire;
}

/** Passes one chunk on after the other, even if one has to wait. */
function pipe(
  from: Socket,
  to: Socket,
  change: (chunk: Buffer, offset: number) => Uint8Array | Promise<Uint8Array>,
): void {
  let offset = 0;
  let before = Promise.resolve();
  const then = (step: () => void | Promise<void>) => before = before.then(step);
  from.on("data", (chunk: Buffer) => {
    const at = offset;
    offset += chunk.length;
    void then(async () => {
      const passed = await change(chunk, at);
      if (!to.destroyed && passed.length > 0) to.write(passed);
    });
  });
  from.on("end", () => void then(() => void to.end()));
}

/** Whether the chunk is the header of a measured run. The suite writes a header alone and waits for the answer. */
function isMeasured(chunk: Buffer): boolean {
  const header = chunk.length === HEADER_BYTES ? decodeHeader(chunk) : "not a header";
  return typeof header !== "string" && !header.warmUp && header.messages !== 0;
}
