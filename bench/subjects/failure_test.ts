/** A run hears of its subject's death, whenever it comes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SubjectFailure } from "./failure.ts";

const never = () => new Promise<never>(() => {});

test("work that ends well or badly is passed on", async () => {
  const failure = new SubjectFailure();
  assert.equal(await failure.during(Promise.resolve(3)), 3);
  await assert.rejects(failure.during(Promise.reject(new Error("broken"))), /^Error: broken$/);
  assert.equal(await failure.during(Promise.resolve(4)), 4);
});

test("a death before, during and between runs ends the run with its first reason", async () => {
  const failure = new SubjectFailure();
  assert.ok(!failure.isTold);
  const running = failure.during(never());
  failure.tell(new Error("first"));
  failure.tell(new Error("second"));
  await assert.rejects(running, /^Error: first$/);
  assert.ok(failure.isTold);
  await assert.rejects(failure.during(never()), /^Error: first$/);
});

test("what fails behind the subject's death is nobody's unhandled rejection", async () => {
  const failure = new SubjectFailure();
  const { promise, reject } = Promise.withResolvers<never>();
  const running = failure.during(promise);
  failure.tell(new Error("died"));
  await assert.rejects(running, /^Error: died$/);
  reject(new Error("and so the transfer failed, too"));
  await new Promise((resolve) => setTimeout(resolve, 1));
});
