/** What crosses in shared words keeps all its bits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlBlock } from "./control_block.ts";

test("counts and times beyond 2^31 and 2^32 come back as they went", () => {
  const control = new ControlBlock();
  const plan = {
    producers: 2 ** 31 - 1,
    messages: 2 ** 32 - 1,
    messageBytes: 65_536,
    leastBytes: 16,
    seed: 2 ** 32 - 1,
    run: 2 ** 31 + 5,
    proof: true,
    pace: { ratePerS: 1.5e9, spacing: "even" as const, seed: 2 ** 32 - 2, messages: 2 ** 32 - 1 },
    workload: "domains" as const,
    workUs: 100_000,
    isSilent: true,
  };
  control.announce(plan);
  assert.deepEqual(new ControlBlock(control.memory).awaitPlan(1), plan);
  // Two Workers that waited for 100 hours each.
  for (let worker = 0; worker < 2; worker++) control.finish(2 ** 31, 3.6e11, 2 ** 33);
  assert.deepEqual(control.waits(), {
    producerParks: 2 ** 32,
    producerBlockedUs: 7.2e11,
    failedClaims: 2 ** 34,
  });
  control.announce({ ...plan, run: 1 });
  assert.equal(control.waits().producerBlockedUs, 0);
});
