/**
 * No strategy depends on waits that end by themselves: without such an end, everything still goes on, so each wake-up
 * that is needed is made.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { currentRuntime } from "../bench/runtime.ts";
import { PlantedSource, runPlanted, WAKE_TRIAL } from "../bench/testing/planted.ts";
import { chosenStrategies } from "./testing/chosen.ts";
import { ENDLESS_SLICE } from "./testing/mutations/lost_wake.ts";

/** The whole trial of a hand-off takes a few hundred ms. */
const WATCHDOG_MS = 30_000;
/**
 * Settings in addition to the defaults: other locks, and cases in which producers go on although none of their messages
 * wakes the consumer.
 */
const MORE: Record<string, Record<string, string>[]> = {
  "swap-buffer": [{ wait: "park", wake: "message" }],
  "async-lock": [{ fair: "true" }],
  "sharded-rings": [{ publish: "1" }],
};

test("every wait is ended by a wake-up and not by its slice", { timeout: 120_000 }, async () => {
  const trials = chosenStrategies().flatMap(({ name, variants }) =>
    [...variants, ...(MORE[name] ?? [])].map((params) => ({ subject: name, params }))
  );
  const source = new PlantedSource();
  try {
    source.plant([ENDLESS_SLICE]);
    const runtime = { kind: currentRuntime().kind, path: process.execPath };
    const { events, hung } = await runPlanted(source, runtime, trials, WATCHDOG_MS, WAKE_TRIAL);
    const next = trials[events.length];
    assert.ok(!hung, `nobody wakes who waits in ${JSON.stringify(next)}`);
    assert.equal(events.length, trials.length + 1, `it has died in ${JSON.stringify(next)}`);
  } finally {
    source.remove();
  }
});
