/** The post's mistake, kept on purpose: what was written is handed out again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnclearedBuffers } from "./uncleared_buffers.ts";

function fill(buffers: UnclearedBuffers, ...bytes: number[]): void {
  for (const byte of bytes) buffers.sendByte(byte);
}

test("old bytes are swapped back and handed out again, in front of the new ones", () => {
  const buffers = new UnclearedBuffers(UnclearedBuffers.allocate(16));
  const swap = () => {
    const { bytes, again } = buffers.swap();
    return [[...bytes], again];
  };
  assert.deepEqual(swap(), [[], 0]);
  fill(buffers, 1, 2);
  assert.deepEqual(swap(), [[1, 2], 0]);
  fill(buffers, 3);
  assert.deepEqual(swap(), [[3], 0]);
  fill(buffers, 4);
  assert.deepEqual(swap(), [[1, 2, 4], 2]);
  assert.deepEqual(swap(), [[3], 1]);
  assert.deepEqual(swap(), [[1, 2, 4], 3]);
  assert.equal(buffers.sent(), 4);
});

test("a reset empties both buffers", () => {
  const buffers = new UnclearedBuffers(UnclearedBuffers.allocate(4));
  fill(buffers, 1);
  buffers.swap();
  fill(buffers, 2);
  buffers.reset();
  assert.equal(buffers.sent(), 0);
  fill(buffers, 3);
  assert.deepEqual([...buffers.swap().bytes], [3]);
  assert.deepEqual([...buffers.swap().bytes], []);
});
