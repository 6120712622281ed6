/** What both ends must do after an abort, which messages are refused, and which capacities are allowed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HandoffAborted, openFanIn } from "../mod.ts";
import { parseParams } from "./params.ts";
import { STRATEGIES } from "./registry.ts";
import type { Strategy } from "./strategy.ts";
import { chosenStrategies } from "./testing/chosen.ts";
import { joinAny } from "./testing/ends.ts";

function open(strategy: Strategy, capacity: number, messageBytes: number, workers = 1) {
  const params = parseParams(strategy, {});
  return strategy.open({ producers: workers, workers, capacity, messageBytes, params });
}

for (const strategy of chosenStrategies()) {
  const { name, kind } = strategy;

  test(`${name}: after an abort every call of both ends throws`, async () => {
    const fan = open(strategy, 65_536, 8);
    const end = joinAny(fan.tickets[0]);
    await end.send(new Uint8Array(8));
    await end.flush();
    fan.consumer.abort();
    for (let call = 0; call < 1_000; call++) {
      await assert.rejects(end.send(new Uint8Array(8)), HandoffAborted);
    }
    if (kind === "blocking") {
      const again = strategy.join(fan.tickets[0]);
      for (let call = 0; call < 1_000; call++) {
        assert.throws(() => again.sendByte(call & 0xff), HandoffAborted);
      }
      assert.throws(() => again.flush(), HandoffAborted);
    }
    await assert.rejects(end.close(), HandoffAborted);
    await assert.rejects(fan.consumer.receive(), HandoffAborted);
    await assert.rejects(fan.consumer.receive(), HandoffAborted);
    assert.throws(() => fan.consumer.reopen(1), HandoffAborted);
  });

  test(`${name}: a refused length changes nothing`, async () => {
    const fan = open(strategy, 400_000, 64);
    const end = joinAny(fan.tickets[0]);
    const largest = strategy.largestMessage(400_000, 1);
    for (let call = 0; call < 40; call++) {
      for (const length of [0, largest + 1, 100_000, 2 ** 26]) {
        // Only the length of such a message may be looked at.
        await assert.rejects(end.send(new Uint8Array(length)), /does not fit; this hand-off takes/);
      }
    }
    const message = new Uint8Array(largest).fill(3);
    await end.send(message);
    await end.close();
    const bytes: number[] = [];
    for await (const run of fan.consumer) for (const byte of run) bytes.push(byte);
    assert.equal(bytes.length, largest);
    assert.ok(bytes.every((byte) => byte === 3));
  });

  for (const [workers, messageBytes] of [[1, 1], [3, 64], [2, 65_536]]) {
    test(`${name}: ${messageBytes}-byte messages of ${workers} Workers pass at the least capacity`, async () => {
      const { least, largest } = strategy.capacityRange(workers, messageBytes);
      assert.ok(least <= 2 ** 22 && largest >= 2 ** 25, `${least} to ${largest}`);
      assert.ok(strategy.largestMessage(least, workers) >= messageBytes);
      // One hand-off for each length, since the batch that the consumer holds may take up the whole capacity.
      for (let w = 0; w < workers; w++) {
        const fan = open(strategy, least, messageBytes, workers);
        const end = joinAny(fan.tickets[w]);
        await end.send(new Uint8Array(messageBytes));
        await end.flush();
        assert.equal((await fan.consumer.receive())?.length, messageBytes);
      }
    });
  }
}

for (const { name, capacityRange } of STRATEGIES) {
  test(`${name}: a capacity out of range is refused with the range`, () => {
    const { least, largest } = capacityRange(2, 64);
    for (const capacity of [0, least - 1, largest + 1, 2 ** 40, NaN]) {
      assert.throws(
        () => openFanIn(name, { producers: 2, workers: 2, capacity }),
        new RegExp(`capacity of ${name} .* from ${least} to ${largest}`),
      );
    }
  });
}
