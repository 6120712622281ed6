/**
 * The listener against clients that mean it harm or know no better: fuzzed headers and streams, senders of single bytes,
 * streams without an end. Runs of a good client beside them are verified all the while, and memory stays bounded.
 *
 *     FANIN_FUZZ=100000 npm test -- bench/wire/hostile_test.ts      so many fuzzed clients in place of the few
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { currentRuntime, runArguments } from "../runtime.ts";
import { buildStream } from "../subjects/stream.ts";
import { testSeed } from "../testing/random.ts";
import { random } from "../workload/random.ts";
import { encodeHeader } from "./header.ts";
import { type Listener, startListener } from "./listener.ts";
import { FRAMINGS, HEADER_BYTES, HELLO_BYTES, type RunHeader } from "./protocol.ts";
import { socketRuns } from "./socket_sink.ts";

const CLIENTS = Number(process.env.FANIN_FUZZ ?? 400);
/** Fuzzed clients at a time: fewer than may wait for their turn. */
const LANES = 24;
/** A client that waits longer (ms) for more has to do with one of several connections, or with silence. */
const PATIENCE_MS = 200;
/** What the listener may grow by (bytes): a fuzzed header asks for some 10 bytes for each of up to 2^20 producers. */
const MOST_GROWTH = 192 * 2 ** 20;
/** Only for what hangs: a busy machine takes ten times as long as an idle one. */
const LIMIT = { timeout: 60_000 + 50 * CLIENTS };
/** Between two bytes of a client whose thread may have to wait for a processor (ms). */
const LONG_PATIENCE_MS = 30_000;
const seed = testSeed();

const HEADER: RunHeader = {
  ...{ runId: "good", messageBytes: 16, framing: "fixed", producers: 4, messages: 100 },
  ...{ seed: 3, run: 1, warmUp: false },
};
const STREAM = buildStream(4, { messages: 100, messageBytes: 16, seed: 3, run: 1 });

type Place = Pick<Listener, "host" | "port">;

/** One run of a good client. */
async function verified({ host, port }: Place): Promise<void> {
  const run = await socketRuns(host, port)(HEADER, () => {});
  await run.write(STREAM);
  assert.equal(await run.finish(), STREAM.length);
  assert.equal((await run.verdict()).status, "ok");
}

/** Runs of a good client until all of the others are done. */
async function besides(place: Place, others: Promise<unknown>[]): Promise<number> {
  let isOver = false;
  const all = Promise.all(others).finally(() => isOver = true);
  // Where a good run fails first, what becomes of them is no failure of a later test.
  all.catch(() => {});
  let runs = 0;
  for (; !isOver; runs++) {
    await verified(place);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await all;
  return runs;
}

async function open({ host, port }: Place): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  // One that reads nothing never hears that the other side has closed.
  socket.resume();
  return socket;
}

/** However it ends: `once` would take an error for a failure of the test. */
function ending(socket: Socket, event: "end" | "close"): Promise<void> {
  return new Promise((resolve) => socket.once(event, () => resolve()));
}

/** Right but for some bytes, or bytes without sense. */
function fuzzed(bytes: Uint8Array, next: () => number): Uint8Array {
  if (next() < 0.1) return Uint8Array.from({ length: 200 * next() }, () => 256 * next());
  const copy = bytes.slice();
  for (let changes = 4 * next(); changes > 1; changes--) {
    copy[Math.floor(next() * copy.length)] = 256 * next();
  }
  return copy.subarray(0, next() < 0.2 ? next() * copy.length : copy.length);
}

/**
 * A client that sends a fuzzed header, what it likes behind it, and leaves in one way or another.
 * Resolves with whether it had an answer.
 */
async function fuzz(place: Place, next: () => number): Promise<boolean> {
  const socket = await open(place);
  let received = 0;
  const answered = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.on("data", (chunk) => {
      received += chunk.length;
      if (received >= HELLO_BYTES) done();
    });
    socket.on("close", done);
  });
  const framing = FRAMINGS[Math.floor(next() * FRAMINGS.length)];
  const messageBytes = framing === "grouped" ? 1 : 16;
  const header = encodeHeader({
    ...HEADER,
    runId: "fuzzed",
    framing,
    messageBytes,
    silenceMs: 100,
  });
  socket.write(fuzzed(header, next));
  if (next() < 0.9) await answered;
  for (let writes = 3 * next(); writes > 1 && !socket.destroyed; writes--) {
    socket.write(fuzzed(STREAM, next));
  }
  if (next() < 0.5) socket.end();
  await new Promise((resolve) => setTimeout(resolve, 5 * next()));
  socket.destroy();
  return received > 0;
}

/** Resident bytes of a process; null where the system does not tell. */
function residentOf(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1_024;
  } catch {
    return null;
  }
}

test(`${CLIENTS} fuzzed clients leave the listener as it was (seed ${seed})`, LIMIT, async () => {
  const server = spawn(process.execPath, [
    ...runArguments(currentRuntime().kind),
    fileURLToPath(new URL("../../server.ts", import.meta.url)),
    ...["--port", "0", "--store", "1MiB", "--exit-with-stdin"],
  ], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = await once(server.stdout.setEncoding("utf8"), "data");
    server.stdout.resume();
    const [, host, port] = /^listening on (\S+):(\d+) /.exec(line)!;
    const place = { host, port: Number(port) };
    const next = random(seed);
    let left = CLIENTS;
    const lane = async () => {
      while (left-- > 0) {
        // The listener may not have come to it: others behind it would be more than may wait.
        if (!await fuzz(place, next)) await verified(place);
      }
    };
    await verified(place);
    const before = residentOf(server.pid!);
    const runs = await besides(place, Array.from({ length: LANES }, lane));
    assert.ok(runs > 0);
    await verified(place);
    if (before === null) return;
    const growth = residentOf(server.pid!)! - before;
    assert.ok(growth < MOST_GROWTH, `it has grown by ${Math.round(growth / 2 ** 20)} MiB`);
  } finally {
    server.kill("SIGKILL");
  }
});

async function withListener(
  use: (listener: Listener) => Promise<void>,
  patienceMs = 300,
): Promise<void> {
  const options = { host: "127.0.0.1", port: 0, storeBytes: 1 << 20, patienceMs };
  const listener = await startListener(options);
  try {
    await use(listener);
  } finally {
    await listener.close();
  }
}

test(
  "clients that send byte by byte are verified, and so is who comes beside them",
  LIMIT,
  () =>
    withListener(async (listener) => {
      const slow = async () => {
        const header = { ...HEADER, messages: 2 };
        const stream = buildStream(4, { messages: 2, messageBytes: 16, seed: 3, run: 1 });
        const socket = await open(listener);
        const ended = ending(socket, "end");
        const chunks: Uint8Array[] = [];
        socket.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        for (const byte of encodeHeader(header)) {
          await new Promise<void>((resolve) => socket.write(Uint8Array.of(byte), () => resolve()));
        }
        while (chunks.length === 0) {
          assert.ok(!socket.destroyed, "it was cut off before it had an answer");
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        for (const byte of stream) {
          await new Promise<void>((resolve) => socket.write(Uint8Array.of(byte), () => resolve()));
        }
        socket.end();
        await ended;
        // Hello, acknowledgement, and the verdict, whose byte 10 is 0 where all is well.
        assert.equal(Buffer.concat(chunks)[HELLO_BYTES + 16 + 10], 0);
      };
      await besides(listener, Array.from({ length: 4 }, slow));
    }, LONG_PATIENCE_MS),
);

/** A client that sends these bytes, and more of them for as long as somebody listens; resolves when it is cut off. */
async function endless(place: Place, ...parts: Uint8Array[]): Promise<void> {
  const socket = await open(place);
  const closed = ending(socket, "close");
  // Bun and Deno may tell of a reset by a failing write alone.
  const isOpen = () => !socket.destroyed && socket.writable;
  for (const part of parts.slice(0, -1)) {
    socket.write(part);
    await Promise.race([new Promise((resolve) => socket.once("data", resolve)), closed]);
  }
  while (isOpen()) {
    await Promise.race([
      closed,
      new Promise<void>((resolve) => socket.write(parts.at(-1)!, () => setImmediate(resolve))),
    ]);
  }
}

const MUCH = new Uint8Array(65_536).fill(7);

test(
  "streams that never end are cut off, and who comes beside them is verified",
  LIMIT,
  () =>
    withListener(async (listener) => {
      const again = Uint8Array.from(
        { length: 10 * STREAM.length },
        (_, at) => STREAM[at % STREAM.length],
      );
      await besides(listener, [
        // No header, one that is refused, and one whose run was to end long ago.
        ...Array.from({ length: 4 }, () => endless(listener, MUCH)),
        endless(listener, encodeHeader({ ...HEADER, producers: 0 }), MUCH),
        endless(listener, encodeHeader(HEADER), MUCH),
        endless(listener, encodeHeader({ ...HEADER, framing: "json" }), MUCH),
        endless(listener, encodeHeader(HEADER), again),
      ]);
      assert.equal(listener.waiting(), 0);
    }),
);

test("a header that never ends is dropped", LIMIT, () =>
  withListener(async (listener) => {
    const longest = encodeHeader(HEADER);
    new DataView(longest.buffer).setUint16(10, 65_535, true);
    const socket = await open(listener);
    socket.once("end", () => socket.end());
    socket.write(longest.subarray(0, HEADER_BYTES - 1));
    await besides(listener, [ending(socket, "close")]);
  }));
