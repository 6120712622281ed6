#!/usr/bin/env node
// A client with one thread and no hand-off, in which FANIN_FAULT plants a mistake. For tests.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const fault = process.env.FANIN_FAULT ?? "";
const ARMS = { all: "swap-buffer", own: "no-hand-off", empty: "empty" };
/**
 * Pause between two bytes of a client that lies about its time (ms): long enough that a busy listener reads them apart.
 */
const PAUSE_MS = 100;
/** The verdict of the first run, which one of the faults returns for all later runs. */
let firstVerdict;

if (process.argv[2] === "--describe") {
  console.log(JSON.stringify({
    client: fault === "describe" ? 9 : 1,
    version: "1.0",
    threads: 1,
    messageBytes: [1, 8],
    // A fault is the same in all arms, and each arm costs a test processes of its own.
    arms: fault === "" ? ARMS : { all: "swap-buffer" },
  }));
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line);
    const isKnown = task.arm in ARMS || fault === "arm";
    if (fault === "silent") continue;
    if (fault === "again") await carryOut(task);
    const answer = isKnown
      ? await carryOut(task)
      : { type: "failed", detail: `there is no arm ${task.arm}` };
    console.log(JSON.stringify(answer));
    if (fault === "twice") console.log(JSON.stringify(answer));
  }
  if (fault === "stays") setInterval(() => {}, 1_000);
  if (fault === "code") process.exitCode = 3;
  if (fault === "signal") process.kill(process.pid, "SIGKILL");
}

async function carryOut(asked) {
  if (fault === "made-up") return madeUp(asked);
  const task = { ...asked };
  if (fault === "seed") task.seed++;
  if (fault === "smaller") task.messageBytes = 1;
  if (fault === "fewer") task.messages = Math.max(1, task.messages) - 1;
  const socket = connect({ host: task.host, port: task.port, allowHalfOpen: true, noDelay: true });
  let arrived = Buffer.alloc(0);
  socket.on("data", (chunk) => arrived = Buffer.concat([arrived, chunk]));
  const take = async (length) => {
    while (arrived.length < length) await once(socket, "data");
    const taken = arrived.subarray(0, length);
    arrived = arrived.subarray(length);
    return taken;
  };
  socket.write(header(task));
  await take(32);
  const start = performance.now();
  let bytes = content(task);
  const isSpoiled = ["corrupt", "forged"].includes(fault) || firstVerdict !== undefined;
  if (isSpoiled && bytes.length > 0) bytes[bytes.length >> 1] ^= 0x80;
  // Half of each message, or half of the messages.
  if (fault === "shorter") bytes = bytes.filter((_, at) => at % 2 === 0);
  const most = fault === "capacity" ? bytes.length : Math.max(task.capacity, task.messageBytes);
  let writes = 0;
  for (let at = 0; at < bytes.length; at += most, writes++) {
    if (fault === "quick" && at === 0) {
      socket.write(bytes.subarray(at++, at));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    socket.write(bytes.subarray(at, at + most));
  }
  socket.end();
  const acknowledged = Number((await take(16)).readBigUInt64LE(8));
  const elapsedUs = (performance.now() - start) * 1_000;
  let verdict = Buffer.from(await take(96));
  verdict = Buffer.concat([verdict, await take(verdict.readUInt32LE(12))]);
  socket.destroy();
  if (fault === "forged") verdict[10] = 0;
  if (fault === "replayed") firstVerdict ??= verdict;
  return {
    type: "run",
    elapsedUs: { clock: 1e9, quick: 1 }[fault] ?? elapsedUs,
    connectUs: 0,
    bytes: bytes.length,
    writes: fault === "writes" ? 1 : writes,
    peakBytes: fault === "writes" ? 1 : Math.min(bytes.length, most),
    acknowledged: fault === "bytes" ? bytes.length + 1 : acknowledged,
    verdict: (firstVerdict ?? verdict).toString("hex"),
  };
}

/** The answer of a client that sends nothing at all, as if it had. */
function madeUp({ producers, messages, messageBytes }) {
  const bytes = producers * messages * messageBytes;
  const verdict = Buffer.alloc(96);
  verdict.write("FANINVER");
  verdict.writeUInt16LE(96, 8);
  for (const at of [16, 24]) verdict.writeBigUInt64LE(BigInt(producers * messages), at);
  const counts = { connectUs: 0, bytes, writes: 1, peakBytes: 1, acknowledged: bytes };
  return { type: "run", elapsedUs: 1, ...counts, verdict: verdict.toString("hex") };
}

function header(task) {
  const bytes = Buffer.alloc(128);
  bytes.write("FANINRUN");
  bytes.writeUInt16LE(2, 8);
  bytes.writeUInt16LE(128, 10);
  bytes[12] = task.content === "grouped" ? 2 : 0;
  bytes.writeUInt16LE(1, 14);
  bytes.writeUInt32LE(task.messageBytes, 16);
  bytes.writeUInt32LE(task.producers, 20);
  bytes.writeBigUInt64LE(BigInt(task.messages), 24);
  bytes.writeUInt32LE(task.seed, 32);
  bytes.writeUInt32LE(Number(task.warmUp) + (fault === "stamps" ? 4 : 0), 36);
  bytes.write(task.runId.slice(0, 24), 40, "latin1");
  bytes.writeUInt32LE(task.run, 64);
  return bytes;
}

function content({ producers, messages, messageBytes, seed, run, content }) {
  const mix = (h) => {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  const k1 = mix(seed ^ mix(run));
  const k2 = mix((k1 + 0x9e3779b9) >>> 0);
  const first = (seed % 255 + 97 * (run % 255)) % 255;
  const bytes = Buffer.alloc(producers * messages * messageBytes);
  for (let at = 0; at < producers * messages; at++) {
    const [producer, number] = [Math.floor(at / messages), at % messages];
    const group = ((Math.imul(producer, k1 | 1) + k2) >>> 0) % 16;
    if (messageBytes === 8) {
      bytes.writeUInt32LE((producer ^ k1) >>> 0, 8 * at);
      bytes.writeUInt32LE((number ^ k2) >>> 0, 8 * at + 4);
    } else if (content === "grouped") bytes[at] = group * 16 + (seed + 5 * run + number) % 16;
    else bytes[at] = (first + number) % 255;
  }
  return bytes;
}
