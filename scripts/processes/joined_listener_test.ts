/** A listener that was already running may die in the middle: the comparison stops, and can be resumed later. */
import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { startListener } from "../../bench/wire/listener.ts";
import { currentRuntime } from "../../bench/runtime.ts";
import { ResultsFolder } from "../results/folder.ts";
import { runCommand, withFolder } from "../testing/cli.ts";
import { stillAnswers } from "./listener_watch.ts";

const LOOPBACK = "127.0.0.1";
const { kind } = currentRuntime();
const ITSELF = ["--runtimes", `${kind}=${process.execPath}`];

/** What `stillAnswers` says about a server that treats every client like this. */
async function saidOf(serve: (socket: Socket) => void, patienceMs: number): Promise<boolean> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  try {
    return await stillAnswers(LOOPBACK, (server.address() as AddressInfo).port, patienceMs);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

test("there is one that answers or is busy; one that is closed or a stranger is none", async () => {
  const listener = await startListener({ host: LOOPBACK, port: 0, storeBytes: 1_024 });
  assert.equal(await stillAnswers(LOOPBACK, listener.port), true);
  await listener.close();
  assert.equal(await stillAnswers(LOOPBACK, listener.port), false);
  assert.equal(await saidOf(() => {}, 50), true);
  assert.equal(await saidOf((socket) => socket.destroy(), 30_000), false);
  assert.equal(await saidOf((socket) => socket.end("x".repeat(64)), 30_000), false);
});

test("its death stops the run, is no failure of a cell, and --resume finds the rest", {
  timeout: 60_000,
}, () =>
  withFolder(async (folder) => {
    const out = join(folder, "out");
    const listener = await startListener({
      host: LOOPBACK,
      port: 0,
      storeBytes: 1 << 20,
      onRun({ header }) {
        // Before its verdict is sent, so that the client finds its connection broken.
        if (/round 2/.test(header.runId)) void listener.close();
      },
    });
    try {
      const { code, stdout, stderr } = await runCommand(
        "bench",
        ...[...ITSELF, "--listener", `${LOOPBACK}:${listener.port}`, "--strategies", "swap-buffer"],
        ...["--producers", "2", "--messages", "20", "--message-size", "8", "--rounds", "4"],
        ...["--workers", "1", "--no-report", "--out", out],
      );
      assert.equal(code, 1);
      assert.match(stderr, /^bench: the listener has died, so the rest was not run/m);
      assert.match(stdout, new RegExp(`--resume ${out}`));
      const { samples } = ResultsFolder.read(out);
      assert.deepEqual([...new Set(samples.map(({ status }) => status))].sort(), ["ok", "pilot"]);
      assert.equal(Math.max(...samples.map(({ round }) => round!)), 1);
      const plan = await runCommand("bench", "--resume", out, ...ITSELF, "--dry-run");
      // Two cells, swap-buffer and empty, of which only the first of four rounds is done.
      assert.match(plan.stdout, /: 6 processes of this plan$/m, plan.stderr);
    } finally {
      await listener.close();
    }
  }));
