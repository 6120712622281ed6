/** Everything that goes wrong in a trial, each in a few lines. The table at the end names them all. */
import { existsSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ACK_AT, openBadWire, PAYLOAD_AT, type Tamper, VERDICT_AT } from "./bad_wire.ts";
import { markedProcesses, type Role, send, sleep, waitFor } from "./processes.ts";
import { type Kind, momentOf, type Stage } from "./stage.ts";

/** For faults that last until the time limit, which is longer than any process of a trial takes. */
const LIMIT = ["--timeout", "5s"];
const PAUSE_MS = 1_200;

/** A second signal within one second of the first counts as the same signal (ms). */
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

/** Like Ctrl-C on a terminal: every process of the command gets the signal. */
const ctrlC: Kind = (stage) => ({
  codes: [130],
  says: INTERRUPTED,
  async strike() {
    if (await momentOf(stage, "launcher") === null) return false;
    return markedProcesses(stage.mark).map(({ pid }) => send(pid, "SIGINT")).includes(true);
  },
});

/** Kills the process that a person has started and that the shell knows. */
const killRunner: Kind = (stage) => ({
  codes: [137],
  async strike() {
    // Before it has loaded, a launcher cannot know which runner started it.
    const hasLoaded = () => stage.stderr() !== "" || null;
    if (await waitFor(hasLoaded, stage.isOver) === null) return false;
    return await momentOf(stage, "launcher") !== null && send(stage.pid(), "SIGKILL");
  },
});

/** Stops a process, and lets it go on after a while, or only when a cell has passed its time limit. */
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

/** Waits for results, and then for a random time. Returns whether the bench still runs and has results. */
async function onceThereAreRows({ out, isOver, hesitate }: Stage): Promise<boolean> {
  const samples = join(out, "samples.csv");
  if (await waitFor(() => existsSync(samples) || null, isOver) === null) return false;
  await hesitate(PAUSE_MS);
  return !isOver() && existsSync(samples);
}

/**
 * Limits the size of files that the launcher may write to a random number of bytes more than samples.csv has, like a
 * disk quota.
 */
const diskFull: Kind = (stage) => ({
  // Deno would be ended by the signal, which a full disk does not send.
  through: ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"],
  async strike() {
    if (!await onceThereAreRows(stage)) return false;
    const bytes = statSync(join(stage.out, "samples.csv")).size + Math.floor(1_000 * stage.next());
    const pid = await momentOf(stage, "launcher");
    if (pid === null) return false;
    return spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}`]).status === 0;
  },
});

/** Replaces a file or folder by something else, and puts it back when the bench has ended. */
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

const folderGone: Kind = (stage) => {
  const codes: number[] = [];
  return {
    codes,
    async strike() {
      if (!await onceThereAreRows(stage)) return false;
      // Renamed first, since the bench may write into the folder while it is being emptied.
      const gone = join(stage.folder, "gone");
      renameSync(stage.out, gone);
      // This is the last file that the bench writes; behind it there is nothing more to do than to exit.
      if (existsSync(join(gone, "summary.md"))) codes.push(0);
      rmSync(gone, { recursive: true });
      return true;
    },
  };
};

/** The least number of runs in a trial's bench: two of the pilot, and two of its only round. */
const CONNECTIONS = 4;

/** A fault on the way of one connection. @param codes exit codes if the fault has occurred */
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

/** A random position in the payload of the smallest run. */
const place = ({ next }: Stage) => PAYLOAD_AT + Math.floor(next() * 500);

/** Changes the chunk that contains the byte at position `at`; in the chunk, this byte is at `here`. */
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

/** Fields of a verdict or an acknowledgement: their position in the stream, and what is added to them. */
const LIES: [number, number][] = [
  [ACK_AT + 8, 7], // bytes acknowledged
  [VERDICT_AT + 10, 2], // status
  [VERDICT_AT + 10, 200],
  [VERDICT_AT + 16, 7], // expected
  [VERDICT_AT + 24, 7], // delivered
  [VERDICT_AT + 32, 7], // lost
  [VERDICT_AT + 56, 7], // corrupted
];

/** Adds to a number, since another one in its place could happen to be right. */
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
