/** Everything that goes wrong in a trial, each in a few lines. The table at the end names them. */
import { existsSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ACK_AT, openBadWire, PAYLOAD_AT, type Tamper, VERDICT_AT } from "./bad_wire.ts";
import { markedProcesses, type Role, send, sleep, waitFor } from "./processes.ts";
import { type Kind, momentOf, type Stage } from "./stage.ts";

/** For faults that last until the time limit: longer than any process of a trial takes. */
const LIMIT = ["--timeout", "5s"];
const PAUSE_MS = 1_200;

/** A second signal within a second of the first counts as the same. */
const BETWEEN_MS = 1_600;

const INTERRUPTED = /^the rest of it: .* --resume [^]*^bench: interrupted/m;

function signal(
  role: Role,
  signals: NodeJS.Signals[],
  codes?: readonly number[],
  says?: RegExp,
): Kind {
  return (stage) => ({
    ...(codes === undefined ? {} : { codes }),
    ...(says === undefined ? {} : { says }),
    async strike() {
      const pid = await momentOf(stage, role);
      if (pid === null) return false;
      let met = false;
      for (const [at, name] of signals.entries()) {
        if (at > 0) await sleep(stage.next() * BETWEEN_MS);
        met = send(pid, name) || met;
      }
      return met;
    },
  });
}

/** As a terminal does it: every process of the command gets the signal. */
const ctrlC: Kind = (stage) => ({
  codes: [130],
  says: INTERRUPTED,
  async strike() {
    if (await momentOf(stage, "launcher") === null) return false;
    return markedProcesses(stage.mark).map(({ pid }) => send(pid, "SIGINT")).includes(true);
  },
});

/** The process that a person has started and the shell knows. */
const killRunner: Kind = (stage) => ({
  codes: [137],
  async strike() {
    // Before it has loaded, a launcher cannot know whose it is.
    const hasLoaded = () => stage.stderr() !== "" || null;
    if (await waitFor(hasLoaded, stage.isOver) === null) return false;
    return await momentOf(stage, "launcher") !== null && send(stage.pid(), "SIGKILL");
  },
});

/** Stopped, and woken after a while, or only when a cell has passed its time limit. */
function stop(role: Role, until: "soon" | "limit"): Kind {
  return (stage) => ({
    ...(until === "limit" ? { args: LIMIT } : {}),
    async strike() {
      const pid = await momentOf(stage, role);
      if (pid === null || !send(pid, "SIGSTOP")) return false;
      if (until === "soon") await sleep(stage.next() * PAUSE_MS);
      else await waitFor(() => /timeout,/.test(stage.stderr()) || null, stage.isOver);
      send(pid, "SIGCONT");
      return true;
    },
  });
}

const inCell = (name: string): Kind => () => ({ cell: name });

const clockJumps: Kind = ({ next }) => ({
  preload: fileURLToPath(new URL("./jumping_clock.mjs", import.meta.url)),
  env: {
    FANIN_JUMP_MS: String(Math.round((next() - 0.5) * 10 ** (4 + 8 * next()))),
    FANIN_JUMP_AFTER_MS: String(Math.round(1_000 * next())),
  },
  codes: [0],
  always: true,
});

/** Behind a random moment once there are results; gives back whether it came to that. */
async function onceThereAreRows({ out, isOver, next }: Stage): Promise<boolean> {
  const samples = join(out, "samples.csv");
  if (await waitFor(() => existsSync(samples) || null, isOver) === null) return false;
  await sleep(next() * PAUSE_MS);
  return !isOver() && existsSync(samples);
}

/** What the launcher may write to a file ends at random bytes behind what samples.csv has: it stands for a quota. */
const diskFull: Kind = (stage) => ({
  // Deno would end by the signal, which no full disk sends.
  through: ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"],
  async strike() {
    if (!await onceThereAreRows(stage)) return false;
    const bytes = statSync(join(stage.out, "samples.csv")).size + Math.floor(1_000 * stage.next());
    const pid = await momentOf(stage, "launcher");
    if (pid === null) return false;
    return spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}`]).status === 0;
  },
});

/** Puts something else where a file or folder was, and back when all is over. */
function swapped(which: (stage: Stage) => string, put: (path: string) => void): Kind {
  return (stage) => {
    const path = which(stage);
    const kept = join(stage.folder, "kept");
    return {
      async strike() {
        if (!await onceThereAreRows(stage)) return false;
        renameSync(path, kept);
        put(path);
        return true;
      },
      heal() {
        if (!existsSync(kept)) return;
        rmSync(path, { recursive: true, force: true });
        renameSync(kept, path);
      },
    };
  };
}

const folderGone: Kind = (stage) => ({
  async strike() {
    if (!await onceThereAreRows(stage)) return false;
    // At one moment, since the bench may write into it while it is emptied.
    const gone = join(stage.folder, "gone");
    renameSync(stage.out, gone);
    rmSync(gone, { recursive: true });
    return true;
  },
});

/** Runs that a trial's bench has at least: the pilot's two, and two of its only round. */
const CONNECTIONS = 4;

/** On the way of one connection; `codes` where the bytes have come to that. */
function wire(
  way: "forth" | "back",
  tamper: (stage: Stage) => Tamper,
  codes: readonly number[],
  args: string[] = [],
): Kind {
  return async (stage) => {
    const bad = await openBadWire(Math.floor(stage.next() * CONNECTIONS), way, tamper(stage));
    return {
      args: ["--listener", `127.0.0.1:${bad.port}`, ...args],
      codes,
      always: true,
      hasStruck: () => bad.struck,
      heal: () => bad.heal(),
      close: () => bad.close(),
    };
  };
}

/** Where in the payload of the smallest run. */
const place = ({ next }: Stage) => PAYLOAD_AT + Math.floor(next() * 500);

/** Changes the chunk that holds the byte `at`, which is then at `here` in it. */
function around(at: number, change: (chunk: Buffer, here: number) => Uint8Array): Tamper {
  return (chunk, offset) =>
    offset <= at && at < offset + chunk.length ? change(chunk, at - offset) : chunk;
}

const flips = (stage: Stage) => {
  const bit = 1 << Math.floor(8 * stage.next());
  return around(place(stage), (chunk, here) => {
    const spoiled = Buffer.from(chunk);
    spoiled[here] ^= bit;
    return spoiled;
  });
};

const drops = (stage: Stage) => {
  const length = 1 + Math.floor(64 * stage.next());
  return around(
    place(stage),
    (chunk, here) => Buffer.concat([chunk.subarray(0, here), chunk.subarray(here + length)]),
  );
};

const repeats = (stage: Stage) => {
  const length = 1 + Math.floor(64 * stage.next());
  return around(
    place(stage),
    (chunk, here) =>
      Buffer.concat([chunk.subarray(0, here + 1), chunk.subarray(Math.max(0, here - length))]),
  );
};

const delays = ({ next }: Stage): Tamper => async (chunk) => {
  await sleep(200 * next());
  return Buffer.from(chunk);
};

const stalls = ({ next }: Stage): Tamper => {
  const from = [0, ACK_AT, VERDICT_AT][Math.floor(3 * next())];
  return (chunk, offset) => chunk.subarray(0, Math.max(0, from - offset));
};

const resets = (stage: Stage) => {
  const at = place(stage);
  const reset: Tamper = (chunk, offset, { client, upstream }) => {
    if (offset + chunk.length <= at) return chunk;
    client.resetAndDestroy();
    upstream.destroy();
    return Buffer.alloc(0);
  };
  return reset;
};

/** What a verdict or an acknowledgement says: where it stands in the stream, and by how much it is changed. */
const LIES: [number, number][] = [
  [ACK_AT + 8, 7], // bytes acknowledged
  [VERDICT_AT + 10, 2], // status
  [VERDICT_AT + 10, 200],
  [VERDICT_AT + 16, 7], // expected
  [VERDICT_AT + 24, 7], // delivered
  [VERDICT_AT + 32, 7], // lost
  [VERDICT_AT + 56, 7], // corrupted
];

/** A number is added to, since another one in its place could happen to be the truth. */
export const lies = ({ next }: Stage): Tamper => {
  const [at, value] = LIES[Math.floor(next() * LIES.length)];
  return around(at, (chunk, here) => {
    const spoiled = Buffer.from(chunk);
    spoiled[here] += value;
    return spoiled;
  });
};

const garbage = ({ next }: Stage): Tamper => {
  const from = [0, ACK_AT, VERDICT_AT][Math.floor(3 * next())];
  return (chunk, offset) => {
    if (offset + chunk.length <= from) return chunk;
    const nonsense = Buffer.from(
      Array.from({ length: chunk.length + 300 }, () => 256 * next()),
    );
    return Buffer.concat([chunk.subarray(0, Math.max(0, from - offset)), nonsense]);
  };
};

export const KINDS: Record<string, Kind> = {
  "nothing": () => ({ codes: [0], always: true }),
  "kill-launcher": signal("launcher", ["SIGKILL"], [137]),
  "kill-runner": killRunner,
  "term-launcher": signal("launcher", ["SIGTERM"], [143], INTERRUPTED),
  "interrupt-launcher": signal("launcher", ["SIGINT"], [130], INTERRUPTED),
  "interrupt-twice": signal("launcher", ["SIGINT", "SIGINT"], [130]),
  "ctrl-c": ctrlC,
  "kill-cell": signal("cell", ["SIGKILL"]),
  "term-cell": signal("cell", ["SIGTERM"]),
  "interrupt-cell": signal("cell", ["SIGINT"]),
  "kill-listener": signal("listener", ["SIGKILL"], [1]),
  "term-listener": signal("listener", ["SIGTERM"], [1]),
  "interrupt-listener": signal("listener", ["SIGINT", "SIGINT"], [1]),
  "stop-launcher": stop("launcher", "soon"),
  "stop-cell": stop("cell", "soon"),
  "stop-listener": stop("listener", "soon"),
  "stop-cell-long": stop("cell", "limit"),
  "stop-listener-long": stop("listener", "limit"),
  "terminate-worker": inCell("terminate"),
  "child-garbage": inCell("garbage"),
  "child-floods": inCell("flood"),
  "disk-full": diskFull,
  "disk-full-at-once": swapped(
    ({ out }) => join(out, "samples.csv"),
    (path) => symlinkSync("/dev/full", path),
  ),
  "folder-unwritable": swapped(({ out }) => out, (path) => writeFileSync(path, "")),
  "folder-gone": folderGone,
  "listener-stalls": wire("back", stalls, [1], LIMIT),
  "listener-resets": wire("forth", resets, [1]),
  "listener-lies": wire("back", lies, [1]),
  "listener-garbage": wire("back", garbage, [1], LIMIT),
  "wire-flips": wire("forth", flips, [1]),
  "wire-drops": wire("forth", drops, [1], LIMIT),
  "wire-repeats": wire("forth", repeats, [1]),
  "wire-delays": wire("forth", delays, [0]),
  "clock-jumps": clockJumps,
};
