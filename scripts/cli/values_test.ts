/** What is said of a value that an option does not take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { timeSpan } from "./values.ts";

test("a time that is out of range is refused with the range, each in the largest whole unit", () => {
  const said = (min: number, max: number | undefined, text: string) => {
    try {
      return timeSpan(min, max)(text);
    } catch (error) {
      return (error as Error).message.replace("Give a time such as 500ms, 5s or 1m, ", "");
    }
  };
  assert.equal(said(0, undefined, "soon"), "0s or more.");
  assert.equal(said(1, undefined, "0"), "1ms or more.");
  assert.equal(said(1, 60_000, "61s"), "from 1ms to 1m.");
  assert.equal(said(90_000, 7_200_000, "1s"), "from 90s to 2h.");
  assert.equal(said(1, 60_000, "1m"), 60_000);
});
