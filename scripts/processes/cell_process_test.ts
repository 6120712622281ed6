/** Which cells share a process, and that no cell suffers when another one fails. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cellTask } from "../results/cell_task.ts";
import { PROOF, RUN, RUNTIME } from "../testing/cell_events.ts";
import { currentRuntime } from "../../bench/runtime.ts";
import { find } from "../results/judge.ts";
import { cellProcesses } from "./cell_process.ts";

const LIMITS = { timeoutMs: 30_000, signal: new AbortController().signal };
const HERE = { ...RUNTIME, ...currentRuntime(), path: process.execPath };
const task = (producers: number, round: number) =>
  cellTask({ name: "swap-buffer", params: {} }, {
    producers,
    workers: 2,
    messages: 50,
    messageBytes: 8,
    listener: null,
    storeBytes: 2 ** 20,
    runId: `round ${round}`,
  });

test("cells that differ in P share a process and its Workers, and rounds share none", async () => {
  const { runCell, close } = cellProcesses(null);
  try {
    // From one Worker to two and back: one is added, then one is left in reserve. From 16 producers to fewer and back
    // to more, the hand-off stays.
    const kept = [];
    const opened = [];
    const cells = [[1, 1], [16, 1], [7, 1], [40, 1], [1, 1], [7, 1], [7, 2]];
    for (const [producers, round] of cells) {
      const spec = { ...task(producers, round), messageBytes: 1 };
      const { end, events } = await runCell(HERE, spec, LIMITS);
      assert.equal(end, "done");
      assert.ok(events.every((event) => event.type !== "run" || event.status === "ok"));
      assert.ok(find(events, "run") !== undefined, JSON.stringify(events));
      // Memory is reported only for the first cell of a process.
      kept.push(find(events, "end")!.rssPeakBytes === null);
      opened.push(find(events, "ready")!.workerStartMs !== null);
    }
    assert.deepEqual(kept, [false, true, true, true, true, true, false]);
    assert.deepEqual(opened, [true, true, false, false, true, true, true]);
  } finally {
    await close();
  }
});

test("hand-offs that may drop count for each producer, of every P", async () => {
  const { runCell, close } = cellProcesses(null);
  try {
    for (const producers of [2, 40]) {
      const spec = { ...task(producers, 1), params: { overflow: "drop-newest" } };
      const { end, events, detail } = await runCell(HERE, spec, LIMITS);
      assert.equal(end, "done", detail);
      const runs = events.filter((event) => event.type === "run");
      assert.deepEqual(new Set(runs.map(({ status }) => status)), new Set(["dropped"]));
    }
  } finally {
    await close();
  }
});

test("a process that ends behind a cell costs the next one nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fanin-test-"));
  const path = join(folder, "runtime");
  writeFileSync(path, `#!/bin/sh\nread line\necho '{"type":"end","rssPeakBytes":1}'\n`);
  chmodSync(path, 0o755);
  const { runCell, close } = cellProcesses(null);
  try {
    for (const producers of [1, 2, 3]) {
      const outcome = await runCell({ ...RUNTIME, path }, task(producers, 1), LIMITS);
      assert.equal(outcome.end, "done", outcome.detail);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});

test("what a process says between its events is nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fanin-test-"));
  const path = join(folder, "runtime");
  const lines = ["null", "7", "[]", '{"type":"run"}', '{"type":null}', '{"type":"end"}'];
  writeFileSync(path, `#!/bin/sh\n${lines.map((line) => `echo '${line}'\n`).join("")}`);
  chmodSync(path, 0o755);
  const { runCell, close } = cellProcesses(null);
  try {
    const { events, end } = await runCell({ ...RUNTIME, path }, task(1, 1), LIMITS);
    assert.equal(end, "done");
    assert.deepEqual(events.map(({ type }) => type), [null, "end"]);
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});

for (const torn of [{ ...RUN, elapsedUs: 2 }, PROOF, { type: "failed", detail: "Worker 1 died" }]) {
  test(`an event "${torn.type}" that something else was written into is missed`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "fanin-test-"));
    const path = join(folder, "runtime");
    const said = (...lines: unknown[]) => lines.map((line) => JSON.stringify(line) + "\n").join("");
    const last = { type: "end", rssPeakBytes: 1, outcomes: 2 };
    writeFileSync(path, '#!/bin/sh\nread line\ncat "$0.told"\n');
    chmodSync(path, 0o755);
    const { runCell, close } = cellProcesses(null);
    try {
      writeFileSync(`${path}.told`, said(RUN, torn, last));
      const whole = await runCell({ ...RUNTIME, path }, task(1, 1), LIMITS);
      assert.equal(whole.end, "done", whole.detail);
      await close();
      writeFileSync(`${path}.told`, said(RUN) + "xxxx" + said(torn, last));
      const { end, detail, events } = await runCell({ ...RUNTIME, path }, task(1, 1), LIMITS);
      assert.equal(end, "died");
      assert.match(detail, /^of 2 outcomes that the process told 1 came whole/);
      assert.deepEqual(events.map(({ type }) => type), ["run", "end"]);
    } finally {
      await close();
      rmSync(folder, { recursive: true });
    }
  });
}

test("a cell counts the outcomes that it tells", async () => {
  const { runCell, close } = cellProcesses(null);
  try {
    for (const producers of [1, 2]) {
      const spec = { ...task(producers, 1), messageBytes: 1 };
      const { events } = await runCell(HERE, spec, LIMITS);
      const told = events.filter(({ type }) => type === "run" || type === "proof");
      assert.equal(told.at(-1)?.type, "proof");
      assert.equal(find(events, "end")!.outcomes, told.length);
    }
  } finally {
    await close();
  }
});

test("a process that writes without end is stopped, and says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fanin-test-"));
  const path = join(folder, "runtime");
  writeFileSync(path, "#!/bin/sh\nexec yes\n");
  chmodSync(path, 0o755);
  const { runCell, close } = cellProcesses(null);
  try {
    const outcome = await runCell({ ...RUNTIME, path }, task(1, 1), LIMITS);
    assert.equal(outcome.end, "died");
    assert.match(outcome.detail, /it was stopped because it said more than 16 MiB$/);
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});

test(
  "a process that takes too much memory is stopped, and says so",
  { timeout: 60_000 },
  async (t) => {
    if (!existsSync("/proc/self/status")) {
      return t.skip(
        "this system does not tell a process's memory",
      );
    }
    const { runCell, close } = cellProcesses(null);
    try {
      const limits = { ...LIMITS, memoryBytes: 2 ** 20 };
      const outcome = await runCell(HERE, { ...task(16, 1), messages: 1_000_000 }, limits);
      assert.equal(outcome.end, "memory-limit");
      assert.equal(outcome.detail, "stopped at 1 MiB of memory (--memory-limit)");
      // The next cell has a process of its own.
      assert.equal((await runCell(HERE, task(16, 1), LIMITS)).end, "done");
    } finally {
      await close();
    }
  },
);

test("cells of an open loop share a process whatever their rates and P", async () => {
  const { runCell, close } = cellProcesses(null);
  try {
    const kept = [];
    for (const [producers, ratePerS] of [[8, 20_000], [40, 40_000]]) {
      const spec = { ...task(producers, 1), pace: { ratePerS, spacing: "even" as const, seed: 1 } };
      const { end, events, detail } = await runCell(HERE, spec, LIMITS);
      assert.equal(end, "done", detail);
      assert.ok(find(events, "run")!.waits!.handOff !== null);
      // This strategy has memory for every producer's messages, so a process of one P is not used for another.
      assert.ok(find(events, "ready")!.workerStartMs !== null);
      kept.push(find(events, "end")!.rssPeakBytes === null);
    }
    assert.deepEqual(kept, [false, true]);
  } finally {
    await close();
  }
});
