/**
 * What a listener tells a witness: everything about one run id and nothing else, whoever sends under it and whatever
 * becomes of that.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { decodeHello, encodeVerdict } from "../../bench/wire/answers.ts";
import { encodeHeader } from "../../bench/wire/header.ts";
import { type Listener, startListener } from "../../bench/wire/listener.ts";
import { HELLO_BYTES, type ListenerVerdict, type RunHeader } from "../../bench/wire/protocol.ts";
import { socketRuns } from "../../bench/wire/socket_sink.ts";
import { encodeQuestion } from "../../bench/wire/witness.ts";
import { buildStream } from "../../bench/subjects/stream.ts";
import { watchRun } from "./run_watch.ts";

const HOST = "127.0.0.1";
const LIMIT = { timeout: 20_000 };
const HEADER: RunHeader = {
  runId: "watched",
  messageBytes: 16,
  framing: "fixed",
  producers: 4,
  messages: 100,
  seed: 3,
  run: 1,
  warmUp: false,
};
const STREAM = buildStream(4, { messages: 100, messageBytes: 16, seed: 3, run: 1 });

async function withListener(use: (listener: Listener) => Promise<void>): Promise<void> {
  const listener = await startListener({ host: HOST, port: 0, storeBytes: 1 << 20 });
  try {
    await use(listener);
  } finally {
    await listener.close();
  }
}

/** Sends a run in two parts, so that some time passes between its first byte and its last. */
async function deliver({ port }: Listener, header: RunHeader, stream = STREAM) {
  const run = await socketRuns(HOST, port)(header, () => {});
  const start = performance.now();
  await run.write(stream.subarray(0, 16));
  await sleep(20);
  await run.write(stream.subarray(16));
  await run.finish();
  const elapsedUs = (performance.now() - start) * 1_000;
  return { elapsedUs, verdict: await run.verdict() };
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

test(
  "a witness hears what the sender does, byte for byte, and for how long was read",
  LIMIT,
  () =>
    withListener(async (listener) => {
      for (const stream of [STREAM, STREAM.subarray(0, -16)]) {
        const watch = await watchRun(HOST, listener.port, "watched");
        const { elapsedUs, verdict } = await deliver(listener, HEADER, stream);
        const { begun, run } = await watch.word();
        assert.equal(begun, 1);
        assert.deepEqual(run!.header, HEADER);
        assert.equal(run!.receivedBytes, stream.length);
        assert.deepEqual(run!.verdict, encodeVerdict(verdict as ListenerVerdict));
        assert.ok(run!.spanUs > 0 && run!.spanUs <= elapsedUs, `${run!.spanUs} of ${elapsedUs} µs`);
        watch.close();
      }
    }),
);

test(
  "runs of other ids, and those before it asked, are not a witness's",
  LIMIT,
  () =>
    withListener(async (listener) => {
      await deliver(listener, HEADER);
      const watch = await watchRun(HOST, listener.port, "watched");
      await deliver(listener, { ...HEADER, runId: "watched too" });
      assert.deepEqual(await watch.word(), { begun: 0, run: null });
    }),
);

test(
  "a witness hears how often its run began, also where that came to no verdict",
  LIMIT,
  () =>
    withListener(async (listener) => {
      const watch = await watchRun(HOST, listener.port, "watched");
      const cut = await socketRuns(HOST, listener.port)(HEADER, () => {});
      const other = await watchRun(HOST, listener.port, "other");
      cut.abort(new Error("cut"));
      await deliver(listener, { ...HEADER, seed: 4 });
      const { begun, run } = await watch.word();
      assert.deepEqual([begun, run!.header.seed], [2, 4]);
      await socketRuns(HOST, listener.port)({ ...HEADER, runId: "other" }, () => {});
      assert.deepEqual(await other.word(), { begun: 1, run: null }, "it has not ended");
    }),
);

test(
  "a run has one witness, and of too many the oldest makes room",
  LIMIT,
  () =>
    withListener(async (listener) => {
      const watches = [await watchRun(HOST, listener.port, "run 0")];
      await assert.rejects(watchRun(HOST, listener.port, "run 0"), /bad values/);
      while (watches.length < 64) {
        watches.push(await watchRun(HOST, listener.port, `run ${watches.length}`));
      }
      watches.push(await watchRun(HOST, listener.port, "run 64"));
      await assert.rejects(watches[0].word());
      assert.equal((await watches[64].word()).begun, 0);
      watches.push(await watchRun(HOST, listener.port, "run 0"));
      watches[1].close();
      // The listener notices it at some later time.
      while (
        await watchRun(HOST, listener.port, "run 1").then(() => false, () => true)
      ) await sleep(1);
    }),
);

test("a question may come in pieces", LIMIT, () =>
  withListener(async ({ port }) => {
    const socket = connect({ host: HOST, port, noDelay: true });
    for (const byte of encodeQuestion("watched")) {
      socket.write(Uint8Array.of(byte));
      await sleep(1);
    }
    const [hello] = await once(socket, "data");
    assert.equal(decodeHello(hello).status, "accepted");
    assert.equal(hello.length, HELLO_BYTES);
    socket.destroy();
  }));

test("a header in pieces is none of a question", LIMIT, () =>
  withListener(async ({ port }) => {
    const socket = connect({ host: HOST, port, noDelay: true });
    const header = encodeHeader(HEADER);
    socket.write(header.subarray(0, 5));
    await sleep(5);
    socket.write(header.subarray(5));
    assert.equal(decodeHello((await once(socket, "data"))[0]).status, "accepted");
    socket.destroy();
  }));

test("where nobody answers, or a stranger does, a watch says so", LIMIT, async () => {
  const listener = await startListener({ host: HOST, port: 0, storeBytes: 1 });
  const watch = await watchRun(HOST, listener.port, "watched");
  await listener.close();
  await assert.rejects(watch.word());
  await assert.rejects(watchRun(HOST, listener.port, "watched"));
  const stranger = createServer((socket) => socket.on("error", () => {}).end("x".repeat(40)));
  await once(stranger.listen(0, HOST), "listening");
  const { port } = stranger.address() as AddressInfo;
  await assert.rejects(watchRun(HOST, port, "watched"), /not a fanin listener/);
  stranger.close();
});
