/** The listener against well-behaved, rude and dying clients. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { connectionLimit } from "./connection_limit.ts";
import { type Listener, MAX_WAITING, startListener } from "./listener.ts";
import { decodeHello, decodeVerdict } from "./answers.ts";
import { encodeHeader } from "./header.ts";
import { HEADER_BYTES, type RunHeader, type VerdictStatus } from "./protocol.ts";
import { socketRuns } from "./socket_sink.ts";
import { buildStream } from "../subjects/stream.ts";

const HEADER: RunHeader = {
  runId: "test",
  messageBytes: 16,
  framing: "fixed",
  producers: 4,
  messages: 100,
  seed: 3,
  run: 1,
  warmUp: false,
};
const STREAM = buildStream(4, { messages: 100, messageBytes: 16, seed: 3, run: 1 });

async function withListener(
  use: (listener: Listener) => Promise<void>,
  options: { storeBytes?: number } = {},
): Promise<void> {
  const listener = await startListener({
    host: "127.0.0.1",
    port: 0,
    storeBytes: 1 << 20,
    ...options,
  });
  try {
    await use(listener);
  } finally {
    await listener.close();
  }
}

async function deliver({ host, port }: Listener, header: RunHeader, stream: Uint8Array) {
  const run = await socketRuns(host, port)(header, () => {});
  for (let at = 0; at < stream.length; at += 1_000) {
    await run.write(stream.subarray(at, at + 1_000));
  }
  const acknowledged = await run.finish();
  return { acknowledged, verdict: await run.verdict() };
}

/** What a client gets that sends these bytes and no more. */
async function replyTo({ host, port }: Listener, bytes: Uint8Array): Promise<Uint8Array> {
  const socket = connect({ host, port });
  const chunks: Uint8Array[] = [];
  socket.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, "end");
  socket.destroy();
  return new Uint8Array(Buffer.concat(chunks));
}

test("acknowledges what came and judges it, after or inline", () =>
  withListener(async (listener) => {
    const after = await deliver(listener, HEADER, STREAM);
    assert.equal(after.acknowledged, STREAM.length);
    assert.deepEqual([after.verdict.status, after.verdict.mode], ["ok", "after"]);
    assert.ok(after.verdict.listenerCpuUserUs !== null);
    const unknown = await deliver(listener, { ...HEADER, messages: null }, STREAM);
    assert.deepEqual([unknown.verdict.status, unknown.verdict.mode], ["ok", "inline"]);
  }));

test("a run larger than the store is checked inline, with the same verdicts", () =>
  withListener(async (listener) => {
    const cases: [Uint8Array, VerdictStatus][] = [
      [STREAM, "ok"],
      [STREAM.subarray(16), "lost"],
      [new Uint8Array([...STREAM, ...STREAM.subarray(0, 16)]), "duplicated"],
    ];
    for (const [stream, status] of cases) {
      const { acknowledged, verdict } = await deliver(listener, HEADER, stream);
      assert.deepEqual([verdict.status, verdict.mode], [status, "inline"]);
      assert.equal(acknowledged, stream.length);
    }
  }, { storeBytes: 1_000 }));

test("more bytes than the store has are judged and not dropped", () =>
  withListener(async (listener) => {
    const twice = new Uint8Array([...STREAM, ...STREAM]);
    const { acknowledged, verdict } = await deliver(listener, HEADER, twice);
    assert.equal(acknowledged, twice.length);
    assert.deepEqual([verdict.mode, verdict.duplicated, verdict.lost], ["after", 400, 0]);
  }, { storeBytes: STREAM.length }));

test(
  "a run that is to be read slowly is read to its end, and judged as any other",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const stall = { forMs: 30, everyMs: 40 };
      for (
        const reading of [
          { stall, bytesPerS: null },
          { stall: null, bytesPerS: 100_000 },
          { stall, bytesPerS: 100_000 },
        ]
      ) {
        const { acknowledged, verdict } = await deliver(listener, { ...HEADER, reading }, STREAM);
        assert.equal(acknowledged, STREAM.length);
        assert.equal(verdict.status, "ok");
      }
      // What one run has asked for, the next has not.
      assert.equal((await deliver(listener, HEADER, STREAM)).verdict.status, "ok");
    }),
);

test("acknowledges the count also when bytes are missing", () =>
  withListener(async (listener) => {
    const { acknowledged, verdict } = await deliver(listener, HEADER, STREAM.subarray(0, -7));
    assert.equal(acknowledged, STREAM.length - 7);
    assert.deepEqual([verdict.status, verdict.lost], ["lost", 1]);
  }));

test("tells a stranger at once who is here", () =>
  withListener(async (listener) => {
    const http = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.equal(decodeHello(await replyTo(listener, http)).status, "not a header");
  }));

test("refuses another version, impossible values, and data before the hello", () =>
  withListener(async (listener) => {
    const header = encodeHeader(HEADER);
    const spoiled = (at: number, value: number) => header.with(at, value);
    const status = async (bytes: Uint8Array) => decodeHello(await replyTo(listener, bytes)).status;
    assert.equal(await status(spoiled(8, 99)), "another version");
    assert.equal(await status(spoiled(8, 1)), "another version");
    assert.equal(await status(encodeHeader({ ...HEADER, messageBytes: 3 })), "bad values");
    assert.equal(await status(encodeHeader({ ...HEADER, producers: 0 })), "bad values");
    const always = { stall: { forMs: 20, everyMs: 20 }, bytesPerS: null };
    assert.equal(await status(encodeHeader({ ...HEADER, reading: always })), "bad values");
    const early = new Uint8Array(HEADER_BYTES + 1);
    early.set(header);
    assert.equal(await status(early), "bad values");
  }));

test("a header may come in pieces, and may be longer than this version's", () =>
  withListener(async ({ host, port }) => {
    const longer = new Uint8Array(HEADER_BYTES + 24);
    longer.set(encodeHeader(HEADER));
    new DataView(longer.buffer).setUint16(10, longer.length, true);
    const socket = connect({ host, port });
    for (const byte of longer) socket.write(Uint8Array.of(byte));
    const [hello] = await once(socket, "data");
    assert.equal(decodeHello(hello).status, "accepted");
    socket.destroy();
  }));

test("runs wait for their turn, and a client that dies ends its own", () =>
  withListener(async (listener) => {
    const first = await socketRuns(listener.host, listener.port)(HEADER, () => {});
    const second = deliver(listener, HEADER, STREAM);
    await first.write(STREAM.subarray(0, 100));
    first.abort(new Error("the client dies"));
    assert.equal((await second).verdict.status, "ok");
  }));

test("a listener that dies ends a pending write and tells at once", async () => {
  const listener = await startListener({ host: "127.0.0.1", port: 0, storeBytes: 1 << 20 });
  let told: Error | null = null;
  const run = await socketRuns(listener.host, listener.port)(HEADER, (reason) => told = reason);
  await run.write(STREAM.subarray(0, 100));
  await listener.close();
  await assert.rejects(async () => {
    for (;;) await run.write(STREAM);
  }, /listener/);
  assert.ok(told !== null);
});

test("nobody there, or somebody else there, is said in one line", async () => {
  const listener = await startListener({ host: "127.0.0.1", port: 0, storeBytes: 1_024 });
  await listener.close();
  await assert.rejects(
    socketRuns(listener.host, listener.port)(HEADER, () => {}),
    /no listener answers/,
  );
});

/** A client that has connected and sent these bytes. */
async function rude({ host, port }: Listener, bytes: Uint8Array): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  return socket;
}

test(
  "clients that leave early, each in its own way, keep nobody waiting",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const header = encodeHeader({ ...HEADER, silenceMs: 100 });
      const sockets: Socket[] = [];
      try {
        for (let round = 0; round < 4; round++) {
          // Has the turn, or waits for it, and never says a word.
          sockets.push(await rude(listener, header));
          // Half-closes before its turn, and still gets its answer.
          const leaving = await rude(listener, header);
          leaving.end();
          // Is gone before its turn.
          const gone = await rude(listener, header);
          gone.destroy();
          // Sends before it may.
          sockets.push(leaving, gone, await rude(listener, new Uint8Array([...header, 1, 2, 3])));
        }
        const { verdict } = await deliver(listener, HEADER, STREAM);
        assert.equal(verdict.status, "ok");
        assert.equal(listener.waiting(), 0);
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    }),
);

test(
  "a client that half-closes before its turn is answered when it comes",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const first = await socketRuns(listener.host, listener.port)(HEADER, () => {});
      const early = await rude(listener, encodeHeader(HEADER));
      const chunks: Uint8Array[] = [];
      early.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      early.end();
      const answered = once(early, "end");
      await first.write(STREAM);
      await first.finish();
      await first.verdict();
      await answered;
      const reply = new Uint8Array(Buffer.concat(chunks));
      assert.equal(decodeHello(reply).status, "accepted");
      const verdict = decodeVerdict(reply.subarray(48, 144), reply.subarray(144));
      assert.deepEqual([verdict.status, verdict.lost], ["lost", 400]);
    }),
);

test(
  "strangers that say nothing never use up what a client needs",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const sockets: Socket[] = [];
      try {
        for (let i = 0; i < 2 * connectionLimit(); i++) {
          sockets.push(await rude(listener, new Uint8Array(0)));
        }
        const { verdict } = await deliver(listener, HEADER, STREAM);
        assert.equal(verdict.status, "ok");
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    }),
);

test("the limit of connections stays below that of the system", () => {
  const limits = (files: string) =>
    `Max processes  7 7\nMax open files            ${files}  4096  files\n`;
  assert.equal(connectionLimit(limits("100")), 26);
  assert.equal(connectionLimit(limits("1048576")), 512);
  assert.equal(connectionLimit(limits("unlimited")), 512);
  assert.equal(connectionLimit(limits("10")), 1);
  assert.equal(connectionLimit(""), 512);
});

test(
  "too many waiting clients are told that the listener is busy",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const first = await socketRuns(listener.host, listener.port)(HEADER, () => {});
      const sockets: Socket[] = [];
      try {
        for (let i = 0; i < MAX_WAITING; i++) {
          sockets.push(await rude(listener, encodeHeader(HEADER)));
        }
        while (listener.waiting() < MAX_WAITING) await new Promise((done) => setTimeout(done, 1));
        const status = decodeHello(await replyTo(listener, encodeHeader(HEADER))).status;
        assert.equal(status, "busy");
      } finally {
        for (const socket of sockets) socket.destroy();
        first.abort(new Error("enough"));
      }
    }),
);
