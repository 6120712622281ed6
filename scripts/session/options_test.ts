/** What a refusal recommends is taken, and reads as it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../cli/command.ts";
import { readOptions } from "./options.ts";

const read = (...argv: string[]) => readOptions("bench", ["", "", ...argv]);

const REFUSED: [string, string][] = [
  ["--workers", "0"],
  ["--workers", "129"],
  ["--workers", "1..8192"],
  ["--message-size", "64KB"],
  ["--message-size", "65537"],
  ["--producers", "0"],
  ["--producers", "1..x"],
];
for (const [option, value] of REFUSED) {
  test(`the hint of ${option} ${value} can be followed`, () => {
    assert.throws(() => read(option, value), (error: Error) => {
      assert.ok(error instanceof UsageError && !error.message.includes("\n"), error.message);
      const [, list, powers] = /such as (\S+), or (\S+) for the powers of two$/.exec(
        error.message,
      )!;
      read(option, list);
      read(option, powers);
      return true;
    });
  });
}
