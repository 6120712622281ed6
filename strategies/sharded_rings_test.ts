/** Publishing late must never keep a message for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { joinBlocking, openFanIn } from "../mod.ts";

function open(publish: number) {
  const fan = openFanIn("sharded-rings", {
    producers: 1,
    workers: 1,
    params: { publish, wake: "message" },
  });
  return { fan, end: joinBlocking(fan.tickets[0]) };
}

async function received(consumer: ReturnType<typeof open>["fan"]["consumer"]): Promise<number[]> {
  return [...(await consumer.receive() ?? [])];
}

/** Sends one-byte messages until they are published in groups, and receives them. */
async function busy({ fan, end }: ReturnType<typeof open>): Promise<void> {
  for (let i = 0; i < 200; i++) end.sendByte(0);
  end.flush();
  for (let left = 200; left > 0;) left -= (await received(fan.consumer)).length;
}

test("what is held back is published once the event loop turns, again and again", async () => {
  const { fan, end } = open(64);
  await busy({ fan, end });
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 3 + round; i++) {
      if (round % 2 === 0) end.sendByte(10 * round + i);
      else end.send(Uint8Array.of(10 * round + i));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    const expected = Array.from({ length: 3 + round }, (_, i) => 10 * round + i);
    assert.deepEqual(await received(fan.consumer), expected);
  }
});

test("flush and close publish at once", async () => {
  const { fan, end } = open(1_000);
  end.send(Uint8Array.of(1));
  end.send(Uint8Array.of(2));
  end.send(Uint8Array.of(3));
  end.flush();
  assert.deepEqual(await received(fan.consumer), [1, 2, 3]);
  end.send(Uint8Array.of(4));
  end.send(Uint8Array.of(5));
  end.close();
  assert.deepEqual(await received(fan.consumer), [4, 5]);
  assert.equal(await fan.consumer.receive(), null);
});

test("every N messages are published without a flush, in every lap", async () => {
  const publish = 8;
  // The consumer has looked, so the next 65 are published one by one.
  const published = 65 + 2 * publish;
  const heldBack = 3;
  const fan = openFanIn("sharded-rings", {
    producers: 1,
    workers: 1,
    capacity: 1_021,
    messageBytes: 1,
    params: { publish },
  });
  const end = joinBlocking(fan.tickets[0]);
  // At the beginning nobody has looked yet.
  end.sendByte(0);
  await fan.consumer.receive();
  for (let batch = 0; batch < 100; batch++) {
    for (let i = 0; i < published + heldBack; i++) {
      if (batch % 2 === 0) end.sendByte(batch);
      else end.send(Uint8Array.of(batch));
    }
    const before = fan.consumer.parks;
    // A lap may end between them.
    let count = 0;
    while (count < published) count += (await fan.consumer.receive())!.length;
    assert.equal(count, published, `batch ${batch}`);
    // Unpublished messages would only come with the flush of a later turn, after the consumer has slept.
    assert.equal(fan.consumer.parks, before, `batch ${batch} was not published`);
    end.flush();
    for (count = 0; count < heldBack;) count += (await fan.consumer.receive())!.length;
  }
});

/** The two ways to send a byte. */
const WAYS: [string, (end: ReturnType<typeof joinBlocking>, byte: number) => void][] = [
  ["send", (end, byte) => end.send(Uint8Array.of(byte))],
  ["sendByte", (end, byte) => end.sendByte(byte)],
];

for (const [name, send] of WAYS) {
  test(`${name} in the middle of a group sees that the consumer has looked`, async () => {
    const { fan, end } = open(64);
    for (let i = 0; i < 200; i++) end.sendByte(0);
    const published = (await received(fan.consumer)).length;
    assert.ok(published < 200, "no group is open");
    const parks = fan.consumer.parks;
    send(end, 1);
    const rest = await received(fan.consumer);
    assert.deepEqual([rest.length, rest.at(-1)], [200 - published + 1, 1]);
    assert.equal(fan.consumer.parks, parks);
  });

  test(`${name} in the middle of a group sees an abort`, () => {
    const { fan, end } = open(64);
    for (let i = 0; i < 200; i++) end.sendByte(0);
    fan.consumer.abort();
    assert.throws(() => send(end, 1), { name: "HandoffAborted" });
  });
}

test("who finds its ring emptied publishes the next ones singly", { timeout: 30_000 }, async () => {
  const { fan, end } = open(64);
  await busy({ fan, end });
  end.sendByte(1);
  const parks = fan.consumer.parks;
  assert.deepEqual(await received(fan.consumer), [1]);
  for (let i = 2; i < 40; i++) {
    end.sendByte(i);
    assert.deepEqual(await received(fan.consumer), [i]);
  }
  assert.equal(fan.consumer.parks, parks);
});

/** Two producers, each with the ring of its own Worker, of which the first is never emptied. */
function besideBusy(params: Record<string, string | number> = {}) {
  const fan = openFanIn("sharded-rings", {
    producers: 2,
    workers: 2,
    capacity: 1 << 17,
    messageBytes: 1,
    params,
  });
  const [busy, quiet] = fan.tickets.map((ticket) => joinBlocking(ticket));
  const receive = async () => [...(await fan.consumer.receive())!];
  return { fan, busy, quiet, receive };
}

test(
  "a quiet Worker's messages are published beside a busy one's",
  { timeout: 30_000 },
  async () => {
    const { busy, quiet, receive } = besideBusy();
    const gone: number[] = [];
    for (let round = 0; round < 200; round++) {
      // The ring is never empty at a look, so the consumer is never hungry.
      for (let i = 0; i < 300; i++) busy.sendByte(0);
      quiet.sendByte(1 + (round % 200));
      gone.push(...await receive(), ...await receive());
      assert.ok(gone.filter((byte) => byte !== 0).length >= round, `round ${round}`);
    }
  },
);

test("a busy Worker's ring does not starve the ones before it", { timeout: 30_000 }, async () => {
  const { fan, busy, quiet, receive } = besideBusy({ wake: "watermark" });
  // Roles change: ring 0 has one message, and ring 1 is over half full at every look.
  const flood = new Uint8Array(20_000);
  busy.sendByte(9);
  busy.close();
  let bytes: number[] = [];
  for (let round = 0; round < 5 && !bytes.includes(9); round++) {
    quiet.send(flood);
    bytes = [...bytes, ...await receive()];
  }
  assert.ok(bytes.includes(9));
  fan.consumer.abort();
});

test("a group ends with 1,024 bytes, whatever it counts", { timeout: 30_000 }, async () => {
  const { busy, receive } = besideBusy({ publish: 1_000 });
  for (let i = 0; i < 100; i++) busy.sendByte(1);
  for (const [size, more] of [[1_200, 0], [400, 800]]) {
    busy.send(new Uint8Array(size).fill(2));
    for (let sent = 0; sent < more; sent += 20) busy.send(new Uint8Array(20).fill(2));
  }
  const bytes = await receive();
  // Of the hundred, 36 were held back until the 1,200 came. The rest is one group, which was published with its
  // 1,024th byte, and what came after it.
  assert.ok(bytes.length >= 100 + 1_200 + 1_024, `${bytes.length}`);
});

test("batches hold whole messages in order over many wraps, whatever their lengths", async () => {
  const fan = openFanIn("sharded-rings", {
    producers: 1,
    workers: 1,
    capacity: 64,
    messageBytes: 13,
    params: { publish: 3 },
  });
  const end = joinBlocking(fan.tickets[0]);
  let next = 0;
  for (let round = 0; round < 500; round++) {
    const lengths = [1 + (round % 9), 1 + (round * 7) % 13];
    const sent = lengths.flatMap((length) => {
      const message = Array.from({ length }, () => next++ & 0xff);
      end.send(Uint8Array.from(message));
      return message;
    });
    end.flush();
    const got = await received(fan.consumer);
    // After a wrap the bytes are in two pieces.
    if (got.length < sent.length) got.push(...await received(fan.consumer));
    assert.deepEqual(got, sent);
  }
});
