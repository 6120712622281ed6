/** What a header may ask for beside the messages: several connections, a trailer, stamps, the listener's clock. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { type Listener, startListener } from "./listener.ts";
import { jsonMessage, lineLetters, lineMessage } from "../workload/messages.ts";
import {
  decodeAck,
  decodeClock,
  decodeHello,
  decodeStamps,
  decodeVerdict,
  encodeClock,
  encodeTrailer,
  verdictDetailLength,
  verdictStampsLength,
} from "./answers.ts";
import { encodeHeader } from "./header.ts";
import {
  ACK_BYTES,
  CLOCK_BYTES,
  type Hello,
  HELLO_BYTES,
  type ListenerVerdict,
  type RunHeader,
  type Stamp,
  VERDICT_BYTES,
} from "./protocol.ts";
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
const PLAN = { messages: 100, messageBytes: 16, seed: 3, run: 1 };

/** A client that is told what to send, byte by byte. */
class Client {
  readonly #socket: Socket;
  #arrived: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#arrived = Buffer.concat([this.#arrived, chunk]);
      this.#wake();
    });
    socket.on("error", () => {});
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  static async connect({ host, port }: Listener, header: RunHeader): Promise<Client> {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const client = new Client(socket);
    await once(socket, "connect");
    socket.write(encodeHeader(header));
    return client;
  }

  async hello(): Promise<Hello> {
    return decodeHello(await this.read(HELLO_BYTES));
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Half-close. */
  end(): void {
    this.#socket.end();
  }

  leave(): void {
    this.#socket.destroy();
  }

  async read(length: number): Promise<Uint8Array> {
    while (this.#arrived.length < length) {
      if (this.#ended) throw new Error("the listener closed");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const bytes = new Uint8Array(this.#arrived.subarray(0, length));
    this.#arrived = this.#arrived.subarray(length);
    return bytes;
  }

  async answer(): Promise<{ bytes: number; verdict: ListenerVerdict; stamps: Stamp[] }> {
    const bytes = decodeAck(await this.read(ACK_BYTES));
    const fixed = await this.read(VERDICT_BYTES);
    const detail = await this.read(verdictDetailLength(fixed));
    const stamps = decodeStamps(await this.read(verdictStampsLength(fixed)));
    this.leave();
    return { bytes, verdict: decodeVerdict(fixed, detail), stamps };
  }
}

/** The messages of some producers, one producer after the other. */
function streamOf(producers: readonly number[]): Uint8Array {
  const whole = buildStream(HEADER.producers, PLAN);
  const key = new DataView(whole.buffer).getUint32(0, true);
  const of = (at: number) => (new DataView(whole.buffer).getUint32(at, true) ^ key) >>> 0;
  const parts: Uint8Array[] = [];
  for (const producer of producers) {
    for (let at = 0; at < whole.length; at += 16) {
      if (of(at) === producer) parts.push(whole.subarray(at, at + 16));
    }
  }
  return new Uint8Array(Buffer.concat(parts));
}

async function withListener(
  use: (listener: Listener, aborts: string[]) => Promise<void>,
  storeBytes = 1 << 20,
): Promise<void> {
  const aborts: string[] = [];
  const onAbort = (_header: RunHeader, _bytes: number, why: string) => aborts.push(why);
  const listener = await startListener({ host: "127.0.0.1", port: 0, storeBytes, onAbort });
  try {
    await use(listener, aborts);
  } finally {
    await listener.close();
  }
}

/** One run in one connection, from its header to its verdict. */
async function deliver(listener: Listener, header: RunHeader, ...parts: Uint8Array[]) {
  const client = await Client.connect(listener, header);
  assert.equal((await client.hello()).status, "accepted");
  for (const part of parts) client.send(part);
  client.end();
  return await client.answer();
}

const connections = { count: 2, token: 99n };

for (const [mode, storeBytes] of [["after", 1 << 20], ["inline", 64]] as const) {
  test(
    `two connections are one run, cut anywhere (checked ${mode})`,
    { timeout: 20_000 },
    () =>
      withListener(async (listener) => {
        const header = { ...HEADER, connections };
        const first = await Client.connect(listener, header);
        const second = await Client.connect(listener, header);
        assert.deepEqual(
          [(await first.hello()).status, (await second.hello()).status],
          ["accepted", "accepted"],
        );
        // Each in pieces that end within a message, in turns.
        const [evens, odds] = [streamOf([0, 2]), streamOf([1, 3])];
        for (let at = 0; at < evens.length; at += 37) {
          first.send(evens.subarray(at, at + 37));
          second.send(odds.subarray(at, at + 37));
          await new Promise((resolve) => setImmediate(resolve));
        }
        first.end();
        second.end();
        for (const { bytes, verdict } of [await first.answer(), await second.answer()]) {
          assert.deepEqual([bytes, verdict.status, verdict.delivered], [3_200, "ok", 400]);
          assert.equal(verdict.mode, mode);
        }
      }, storeBytes),
  );
}

test(
  "what one of the connections loses is lost for the run",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const header = { ...HEADER, connections };
      const clients = [
        await Client.connect(listener, header),
        await Client.connect(listener, header),
      ];
      for (const [at, client] of clients.entries()) {
        await client.hello();
        client.send(streamOf(at === 0 ? [0, 2] : [1]));
        client.end();
      }
      for (const client of clients) {
        const { verdict } = await client.answer();
        assert.deepEqual([verdict.status, verdict.lost], ["lost", 100]);
      }
    }),
);

test("one connection of several that falls silent ends the run of all, and no other", {
  timeout: 20_000,
}, () =>
  withListener(async (listener, aborts) => {
    const header = { ...HEADER, connections, silenceMs: 100 };
    const first = await Client.connect(listener, header);
    const second = await Client.connect(listener, header);
    await first.hello();
    await second.hello();
    // All of this one's messages are there, and the other says nothing.
    first.send(streamOf([0, 2]));
    first.end();
    await assert.rejects(first.read(ACK_BYTES), /closed/);
    await assert.rejects(second.read(ACK_BYTES), /closed/);
    const { verdict } = await deliver(listener, HEADER, streamOf([0, 1, 2, 3]));
    assert.equal(verdict.status, "ok");
    assert.deepEqual(aborts, ["nothing came for 0.1 s"]);
  }));

test("a run whose headers differ, or one of whose connections sends too early, is refused", {
  timeout: 20_000,
}, () =>
  withListener(async (listener) => {
    const first = await Client.connect(listener, { ...HEADER, connections });
    const other = await Client.connect(listener, { ...HEADER, connections, seed: 4 });
    assert.equal((await other.hello()).status, "bad values");
    first.send(Uint8Array.of(1));
    assert.equal((await first.hello()).status, "bad values");
    const second = await Client.connect(listener, { ...HEADER, connections });
    assert.equal((await second.hello()).status, "incomplete");
    for (const client of [first, other, second]) client.leave();
  }));

test("the bytes of a run are its own when its connections are told apart by a token", {
  timeout: 20_000,
}, () =>
  withListener(async (listener) => {
    const headers = [1n, 2n].map((token) => ({ ...HEADER, connections: { count: 2, token } }));
    const early = await Client.connect(listener, headers[0]);
    const whole = [
      await Client.connect(listener, headers[1]),
      await Client.connect(listener, headers[1]),
    ];
    for (const [at, client] of whole.entries()) {
      assert.equal((await client.hello()).status, "accepted");
      client.send(streamOf(at === 0 ? [0, 1] : [2, 3]));
      client.end();
    }
    for (const client of whole) assert.equal((await client.answer()).verdict.status, "ok");
    early.leave();
  }));

test(
  "dropped as announced, for each producer, is no loss; anything else is",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const header = { ...HEADER, trailer: true };
      // Producer 1 lacks its last message, producer 3 all but its first two.
      const stream = new Uint8Array([
        ...streamOf([0]),
        ...streamOf([1]).subarray(0, -16),
        ...streamOf([2]),
        ...streamOf([3]).subarray(0, 32),
      ]);
      const cases: [number[], string, number][] = [
        [[0, 1, 0, 98], "dropped", 99],
        // The sum is right and the producer is not.
        [[1, 0, 0, 98], "corrupt", 98],
        [[0, 1, 0, 97], "lost", 98],
        [[0, 1, 0, 99], "corrupt", 99],
      ];
      for (const [counts, status, dropped] of cases) {
        const trailer = encodeTrailer(Uint32Array.from(counts));
        const { verdict } = await deliver(listener, header, stream, trailer);
        assert.deepEqual([verdict.status, verdict.dropped], [status, dropped], `${counts}`);
      }
      const none = encodeTrailer(new Uint32Array(4));
      const all = await deliver(listener, header, streamOf([0, 1, 2, 3]), none);
      assert.deepEqual([all.verdict.status, all.verdict.dropped], ["ok", 0]);
      const without = await deliver(listener, header, streamOf([0, 1, 2, 3]));
      assert.deepEqual(without.verdict.status, "corrupt");
      assert.match(without.verdict.detail, /trailer/);
    }),
);

test(
  "a trailer may come byte by byte, on every connection, behind any gaps",
  { timeout: 20_000 },
  () =>
    withListener(async (listener) => {
      const header = { ...HEADER, trailer: true, connections };
      const clients = [
        await Client.connect(listener, header),
        await Client.connect(listener, header),
      ];
      // Every second message of producer 1 is left out.
      const odd = streamOf([1]);
      const gaps = Array.from({ length: 50 }, (_, at) => odd.subarray(32 * at, 32 * at + 16));
      const parts = [[streamOf([0, 2])], [...gaps, streamOf([3])]];
      const trailers = [[0, 0, 0, 0], [0, 50, 0, 0]];
      for (const [at, client] of clients.entries()) {
        await client.hello();
        for (const part of parts[at]) client.send(part);
        for (const byte of encodeTrailer(Uint32Array.from(trailers[at]))) {
          client.send(Uint8Array.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
        client.end();
      }
      for (const client of clients) {
        const { verdict } = await client.answer();
        assert.deepEqual([verdict.status, verdict.dropped, verdict.delivered], [
          "dropped",
          50,
          350,
        ]);
      }
    }),
);

test("stamps say when which bytes were read, by the clock that the hello shows", {
  timeout: 20_000,
}, () =>
  withListener(async (listener) => {
    const client = await Client.connect(listener, { ...HEADER, stamps: true });
    const { clockNs } = await client.hello();
    const stream = streamOf([0, 1, 2, 3]);
    client.send(stream.subarray(0, 100));
    await new Promise((resolve) => setTimeout(resolve, 5));
    client.send(stream.subarray(100));
    client.end();
    const { stamps, verdict } = await client.answer();
    assert.equal(verdict.status, "ok");
    assert.ok(stamps.length >= 1);
    assert.equal(stamps.at(-1)!.bytes, stream.length);
    let before = { bytes: 0, ns: clockNs };
    for (const stamp of stamps) {
      assert.ok(stamp.bytes > before.bytes && stamp.ns >= before.ns);
      before = stamp;
    }
  }));

test("the listener tells its clock as often as the header says, before the messages", {
  timeout: 20_000,
}, () =>
  withListener(async (listener) => {
    const client = await Client.connect(listener, { ...HEADER, exchanges: 3 });
    let before = (await client.hello()).clockNs;
    for (let i = 0; i < 2; i++) {
      // In two pieces, since a stream may be cut anywhere.
      const question = encodeClock(BigInt(i));
      client.send(question.subarray(0, 9));
      await new Promise((resolve) => setImmediate(resolve));
      client.send(question.subarray(9));
      const now = decodeClock(await client.read(CLOCK_BYTES));
      assert.ok(now >= before);
      before = now;
    }
    // The last question and the messages in one piece.
    client.send(new Uint8Array([...encodeClock(2n), ...streamOf([0, 1, 2, 3])]));
    assert.ok(decodeClock(await client.read(CLOCK_BYTES)) >= before);
    client.end();
    const { bytes, verdict } = await client.answer();
    assert.deepEqual([bytes, verdict.status], [6_400, "ok"]);
  }));

for (const [framing, build] of [["newline", lineMessage], ["json", jsonMessage]] as const) {
  test(
    `${framing}: lines of differing lengths are checked byte by byte`,
    { timeout: 20_000 },
    () =>
      withListener(async (listener) => {
        const header: RunHeader = { ...HEADER, framing, messageBytes: 120 };
        const lines: string[] = [];
        for (let number = 0; number < 100; number++) {
          for (let producer = 0; producer < 4; producer++) {
            lines.push(
              build(producer, number, 40 + (7 * number + producer) % 80, lineLetters(header)),
            );
          }
        }
        const good = new TextEncoder().encode(lines.join(""));
        assert.equal((await deliver(listener, header, good)).verdict.status, "ok");
        if (framing === "json") JSON.parse(lines[17]);
        const flipped = good.slice();
        const at = good.indexOf(10) - 4;
        flipped[at] = flipped[at] === 97 ? 98 : 97;
        assert.equal((await deliver(listener, header, flipped)).verdict.status, "corrupt");
        const short = new TextEncoder().encode(lines.toSpliced(5, 1).join(""));
        assert.equal((await deliver(listener, header, short)).verdict.status, "lost");
        // The same run of another number is another text.
        const { verdict } = await deliver(listener, { ...header, run: 2 }, good);
        assert.equal(verdict.status, "corrupt");
      }),
  );
}
