/** The command as a person uses it: with real processes, real sockets and real mistakes. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CommanderError } from "commander";
import papaparse from "papaparse";
import { startListener } from "../bench/wire/listener.ts";
import { HEADER_BYTES } from "../bench/wire/protocol.ts";
import { currentRuntime } from "../bench/runtime.ts";
import { SUBJECTS } from "../bench/subjects/registry.ts";
import { UsageError } from "./cli/command.ts";
import { findRuntimes } from "./processes/runtimes.ts";
import { readOptions } from "./session/options.ts";
import { runCommand, startCommand, withFolder } from "./testing/cli.ts";

const { kind } = currentRuntime();
/** The runtime that runs this test is also the one under test, so that each of the three is used in both roles. */
const RUNTIME = [
  "--runtimes",
  `${kind}=${process.execPath}`,
  "--listener-runtime",
  `${kind}=${process.execPath}`,
];
/**
 * Most of the time of a small cell is spent on starting Workers and on touching the memory in which runs are stored.
 */
const SMALL = ["--workers", "1", "--store", "2MiB"];
/** Number of strategies and controls of the default run, with their variants. */
const MATRIX = SUBJECTS.flatMap(({ variants }) => variants).length;
/** Only tests that hang reach this limit: the test file that runs at the same time may use most of the cores. */
const SLOW = { timeout: 120_000 };

function rows(folder: string, file = "samples.csv"): Record<string, string>[] {
  const text = readFileSync(join(folder, file), "utf8").trimEnd();
  const { data, errors } = papaparse.parse<Record<string, string>>(text, { header: true });
  assert.deepEqual(errors, []);
  return data;
}

test(
  "runs all strategies and controls, verifies, writes, prints",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      const { code, stdout, stderr } = await runCommand(
        "bench",
        ...RUNTIME,
        ...SMALL,
        "--producers",
        "3",
        "--messages",
        "50",
        "--rounds",
        "1",
        "--out",
        out,
      );
      assert.equal(code, 0, stderr);
      const samples = rows(out);
      assert.deepEqual([...new Set(samples.map((row) => row.status))], ["pilot", "ok"]);
      const measured = samples.filter((row) => row.round !== "0");
      const subjects = new Set(measured.map((row) => `${row.strategy} ${row.params}`.trim()));
      assert.equal(subjects.size, MATRIX);
      assert.ok(measured.every((row) => Number(row.elapsed_us) > 0 && row.runtime === kind));
      assert.ok(
        measured.filter((row) => row.strategy !== "empty").every((row) => row.delivered === "150"),
      );
      assert.equal(rows(out, "summary.csv").length, MATRIX);
      const environment = JSON.parse(readFileSync(join(out, "environment.json"), "utf8"));
      assert.equal(environment.runtimes[0].kind, kind);
      assert.match(stdout, /messages\/s over all P/);
      assert.match(stdout, new RegExp(`results: ${out}`));
      // Nobody should need more than 80 columns, except for the closing sentences.
      const tables = stdout.split("\n").filter((line) => /^ /.test(line));
      assert.deepEqual(tables.filter((line) => line.length > 80), []);

      assert.match((await runCommand("summarize", out, out)).stderr, /hold the same session/);
      // The same plan on another machine: rows of the two are neither pooled nor paired.
      const [{ machine, session }] = samples;
      const elsewhere = join(folder, "elsewhere");
      cpSync(out, elsewhere, { recursive: true });
      const text = readFileSync(join(out, "samples.csv"), "utf8");
      writeFileSync(
        join(elsewhere, "samples.csv"),
        text.replaceAll(session, "another-session").replaceAll(`,${machine},`, ",0ther000,"),
      );
      const merged = join(folder, "merged");
      const joined = await runCommand("summarize", out, elsewhere, "--out", merged);
      assert.equal(joined.code, 0, joined.stderr);
      assert.equal(rows(merged).length, 2 * samples.length);
      const cells = rows(merged, "summary.csv");
      assert.equal(cells.length, 2 * MATRIX);
      assert.ok(cells.every((cell) => cell.processes === "1"));
      for (const name of [machine, "0ther000"]) {
        assert.match(joined.stdout, new RegExp(`machine ${name}`));
      }
    }),
);

test(
  "one spoiled byte on the way makes the command end with 1 and the row say why",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const listener = await startListener({ host: "127.0.0.1", port: 0, storeBytes: 1 << 20 });
      const proxy = await spoilingProxy(listener.port, HEADER_BYTES + 8 * 70 + 7);
      try {
        const { code, stdout } = await runCommand(
          "bench",
          ...RUNTIME,
          ...SMALL,
          "--strategies",
          "swap-buffer",
          "--producers",
          "4",
          "--messages",
          "50",
          "--message-size",
          "8",
          "--rounds",
          "1",
          "--no-report",
          "--out",
          folder + "/out",
          "--listener",
          `127.0.0.1:${proxy.port}`,
        );
        assert.equal(code, 1);
        const spoiled = rows(folder + "/out").filter((row) =>
          row.strategy === "swap-buffer" && row.round === "1"
        );
        assert.ok(spoiled.length > 0);
        for (const row of spoiled) {
          assert.equal(row.status, "corrupt");
          assert.equal(row.corrupted, "1");
          assert.equal(row.elapsed_us, "");
          assert.match(row.detail, /message 70 of the stream/);
        }
        assert.match(stdout, /swap-buffer at 4 producers: corrupt/);
        assert.match(stdout, / corrupt /);
      } finally {
        await proxy.close();
        await listener.close();
      }
    }),
);

test(
  "--sink none verifies in the consumer's process, without a listener",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const { code, stdout, stderr } = await runCommand(
        "bench",
        ...RUNTIME,
        ...SMALL,
        "--sink",
        "none",
        "--strategies",
        "async-lock,socket-bulk",
        "--producers",
        "5",
        "--messages",
        "40",
        "--rounds",
        "1",
        "--no-report",
        "--out",
        folder + "/out",
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /no socket/);
      const samples = rows(folder + "/out");
      assert.deepEqual([...new Set(samples.map((row) => row.status))].sort(), [
        "ok",
        "pilot",
        "skipped",
      ]);
      for (const row of samples.filter((row) => row.strategy === "async-lock")) {
        assert.deepEqual([row.sink, row.delivered, row.listener_cpu_user_us], ["none", "200", ""]);
        assert.match(row.producer_parks, /^\d+$/);
      }
    }),
);

/** A proxy to a port that flips the top bit of one byte of everything that a client sends. */
async function spoilingProxy(target: number, at: number) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    let seen = 0;
    client.on("data", (chunk: Uint8Array) => {
      if (at >= seen && at < seen + chunk.length) chunk[at - seen] ^= 0x80;
      seen += chunk.length;
      upstream.write(chunk);
    });
    client.on("end", () => upstream.end());
    upstream.on("data", (chunk) => client.write(chunk));
    upstream.on("end", () => client.end());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

describe("bad input gets one line on what to do, and exit code 2", () => {
  /** One case of each kind of refusal, and those that depend on the system. */
  const refusedByCommand: [string[], RegExp][] = [
    [["--strategies", "swap"], /there is no strategy "swap"; --strategies takes channel/],
    [["--producers", "0"], /--producers 0: give whole numbers from 1/],
    [["--round", "3"], /unknown option '--round'/],
    [["--runtimes", "node=/nowhere/node"], /\/nowhere\/node is not a program$/m],
    [[...RUNTIME, ...SMALL, "--out", "/proc/nowhere"], /cannot write to \/proc\/nowhere/],
    [[...RUNTIME, "--listener", "127.0.0.1:1"], /no listener answers at that address/],
    [["--resume", "/nowhere"], /\/nowhere holds no plan.json/],
  ];
  for (const [args, message] of refusedByCommand) {
    test(args.slice(-2).join(" "), SLOW, async () => {
      const { code, stderr, stdout } = await runCommand("bench", ...args);
      assert.match(stderr, message);
      assert.equal(code, 2);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
      assert.equal(stdout, "");
    });
  }

  /** These throw errors of the kinds above, so no process is needed to show how the command ends. */
  const refused: [string[], RegExp][] = [
    [["--strategies", "channel:drain=all"], /drain is each or batch/],
    [["--message-size", "3"], /a message is 1 byte, or from 8 bytes on/],
    [["--messages", "5", "--total", "9"], /cannot be used with/],
    [["--rounds", "many"], /give a whole number, 1/],
    [["--runtimes", "rhino"], /"rhino" is no runtime/],
    [["--listener", "localhost"], /give host:port/],
    [["--quick", "--full"], /cannot be used with/],
    [
      ["--resume", "/nowhere", "--rounds", "3"],
      /takes the plan from its folder; leave out --rounds/,
    ],
    [["--allow-changed-environment"], /belongs to --resume/],
  ];
  for (const [args, message] of refused) {
    test(args.join(" "), () => {
      const start = () => findRuntimes(readOptions("bench", ["", "", ...args]).runtimes);
      assert.throws(start, (error: Error) => {
        assert.ok(error instanceof UsageError || error instanceof CommanderError);
        assert.doesNotMatch(error.message, /\n/);
        return message.test(error.message);
      });
    });
  }

  test("a listener that is not ours", SLOW, async () => {
    const server = createServer((socket) =>
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const { code, stderr } = await runCommand(
        "bench",
        ...RUNTIME,
        "--listener",
        `127.0.0.1:${port}`,
      );
      assert.match(stderr, /not a fanin listener/);
      assert.equal(code, 2);
    } finally {
      server.close();
    }
  });

  test("a port in use", SLOW, async () => {
    const listener = await startListener({ host: "127.0.0.1", port: 0, storeBytes: 1_024 });
    try {
      const { code, stderr } = await runCommand(
        "server",
        ...["--store", "1KiB", "--port", String(listener.port)],
      );
      assert.match(stderr, /is in use; choose another with --port/);
      assert.equal(code, 2);
    } finally {
      await listener.close();
    }
  });
});

test("a runtime that was asked for and is not there is an error", SLOW, async () => {
  const { code, stderr } = await runCommand("bench", "--runtimes", `${kind},bun=/nowhere/bun`);
  assert.equal(code, 2);
  assert.match(stderr, /^bench: --runtimes .*bun: \/nowhere\/bun is not a program$/m);
});

test(
  "a runtime that cannot run a cell says so before anything is measured",
  SLOW,
  () =>
    withFolder(async (folder) => {
      // Answers like an old Node, which cannot read TypeScript.
      const old = join(folder, "node");
      const script = '#!/bin/sh\n[ "$1" = "--version" ] && echo v20.1.0 && exit 0\nexit 1\n';
      writeFileSync(old, script, { mode: 0o755 });
      const { code, stderr } = await runCommand("bench", "--runtimes", `${kind},node=${old}`);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /node 20.1.0 cannot run a cell \(it does not run TypeScript\); it takes Node 22.18/,
      );
    }),
);

test("--list and --help say what there is", SLOW, async () => {
  const list = await runCommand("bench", "--list");
  assert.match(
    list.stdout,
    /channel +blocking[\s\S]*drain=each\|batch \(default each\)[\s\S]*empty +control/,
  );
  const help = await runCommand("bench", "--help");
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Examples:[\s\S]*Exit codes/);
  assert.deepEqual(help.stdout.split("\n").filter((line) => line.length > 80), []);
});

test("a results folder is not overwritten", SLOW, () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, "samples.csv"), "precious");
    const { code, stderr } = await runCommand("bench", ...RUNTIME, ...SMALL, "--out", folder);
    assert.equal(code, 2);
    assert.match(stderr, /already holds results/);
    assert.equal(readFileSync(join(folder, "samples.csv"), "utf8"), "precious");
  }));

test(
  "--resume tells the failures that it finds, since it ends with 1 for them",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const out = join(folder, "out");
      const first = await runCommand(
        "bench",
        ...[...RUNTIME, ...SMALL, "--sink", "none", "--strategies", "swap-buffer"],
        ...["--producers", "1", "--messages", "20", "--rounds", "1", "--no-report", "--out", out],
      );
      assert.equal(first.code, 0, first.stderr);
      const [piloted, ...others] = rows(out);
      const failed = [{ ...piloted, status: "error", detail: "it fell over" }, ...others];
      const text = papaparse.unparse(failed, { newline: "\n" });
      writeFileSync(join(out, "samples.csv"), `${text}\n`);
      const { code, stderr } = await runCommand("bench", "--resume", out, ...RUNTIME);
      assert.equal(code, 1);
      assert.match(stderr, /^before: \S+ \S+ .*: error, it fell over$/m);
    }),
);

test(
  "what would alter a runtime is left out of what is measured, and said",
  SLOW,
  () =>
    withFolder(async (folder) => {
      const { child, finished } = startCommand(
        "bench",
        [...RUNTIME, ...SMALL, "--strategies", "empty", "--producers", "2", "--messages", "10"]
          .concat("--rounds", "1", "--no-report", "--out", join(folder, "run")),
        {
          DENO_V8_FLAGS: "--stack-size=2000",
          BUN_JSC_useDFGJIT: "1",
          NODE_OPTIONS: "--no-warnings",
        },
      );
      const { code, stderr } = await finished;
      assert.equal(child.exitCode, code);
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /BUN_JSC_useDFGJIT, DENO_V8_FLAGS, NODE_OPTIONS would change the runtimes/,
      );
    }),
);
