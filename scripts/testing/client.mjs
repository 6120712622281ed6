#!/usr/bin/env node
// A client of one thread, without any hand-off, in which FANIN_FAULT plants a mistake. For tests.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const fault = process.env.FANIN_FAULT ?? "";
if (process.argv[2] === "--describe") {
  console.log(JSON.stringify({
    client: fault === "describe" ? 9 : 1,
    version: "1.0",
    threads: 1,
    messageBytes: [1, 1],
    arms: { all: "swap-buffer", own: "no-hand-off" },
  }));
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line);
    const isKnown = ["all", "own"].includes(task.arm) || fault === "arm";
    if (fault === "silent") continue;
    const answer = isKnown
      ? await carryOut(task)
      : { type: "failed", detail: `there is no arm ${task.arm}` };
    console.log(JSON.stringify(answer));
    if (fault === "twice") console.log(JSON.stringify(answer));
  }
  if (fault === "stays") setInterval(() => {}, 1_000);
  if (fault === "code") process.exitCode = 3;
}

async function carryOut(task) {
  const socket = connect({ host: task.host, port: task.port, allowHalfOpen: true, noDelay: true });
  let arrived = Buffer.alloc(0);
  socket.on("data", (chunk) => arrived = Buffer.concat([arrived, chunk]));
  const take = async (length) => {
    while (arrived.length < length) await once(socket, "data");
    const taken = arrived.subarray(0, length);
    arrived = arrived.subarray(length);
    return taken;
  };
  const header = Buffer.alloc(128);
  header.write("FANINRUN");
  header.writeUInt16LE(2, 8);
  header.writeUInt16LE(128, 10);
  header[12] = task.content === "grouped" ? 2 : 0;
  header.writeUInt16LE(1, 14);
  header.writeUInt32LE(1, 16);
  header.writeUInt32LE(task.producers, 20);
  header.writeBigUInt64LE(BigInt(task.messages), 24);
  header.writeUInt32LE(fault === "seed" ? task.seed + 1 : task.seed, 32);
  header.writeUInt32LE(Number(task.warmUp), 36);
  header.write(task.runId.slice(0, 24), 40, "latin1");
  header.writeUInt32LE(task.run, 64);
  socket.write(header);
  await take(32);
  const start = performance.now();
  const bytes = content(task, fault === "seed" ? task.seed + 1 : task.seed);
  if (["corrupt", "forged"].includes(fault)) bytes[bytes.length >> 1] ^= 0x80;
  const most = fault === "capacity" ? bytes.length : Math.max(task.capacity, task.messageBytes);
  let writes = 0;
  for (let at = 0; at < bytes.length; at += most, writes++) {
    socket.write(bytes.subarray(at, at + most));
  }
  socket.end();
  const acknowledged = Number((await take(16)).readBigUInt64LE(8));
  const elapsedUs = (performance.now() - start) * 1_000;
  const verdict = Buffer.from(await take(96));
  const detail = await take(verdict.readUInt32LE(12));
  socket.destroy();
  if (fault === "forged") verdict[10] = 0;
  return {
    type: "run",
    elapsedUs: fault === "clock" ? 1e9 : elapsedUs,
    connectUs: 0,
    bytes: bytes.length,
    writes,
    peakBytes: Math.min(bytes.length, most),
    acknowledged,
    verdict: verdict.toString("hex") + detail.toString("hex"),
  };
}

function content({ producers, messages, run, content }, seed) {
  const mix = (h) => {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  const k1 = mix(seed ^ mix(run));
  const k2 = mix((k1 + 0x9e3779b9) >>> 0);
  const first = (seed % 255 + 97 * (run % 255)) % 255;
  return Buffer.alloc(producers * messages).map((_, at) => {
    const [producer, number] = [Math.floor(at / messages), at % messages];
    if (content !== "grouped") return (first + number) % 255;
    const group = ((Math.imul(producer, k1 | 1) + k2) >>> 0) % 16;
    return group * 16 + (seed + 5 * run + number) % 16;
  });
}
