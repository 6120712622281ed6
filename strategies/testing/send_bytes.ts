/** Sends bytes in a loop for long enough that it is compiled. Nobody receives; the ring is as large as what is sent. */
import { joinBlocking, openFanIn } from "../../mod.ts";

const BYTES = 1 << 24;
const SEND_AT_ONCE = 1 << 15;

const fan = openFanIn("sharded-rings", { producers: 1, workers: 1, capacity: BYTES + 1 });
const producer = joinBlocking(fan.tickets[0]);

function sendSome(): void {
  const end = producer;
  for (let i = 0; i < SEND_AT_ONCE; i++) end.sendByte(i & 255);
}

for (let sent = 0; sent < BYTES; sent += SEND_AT_ONCE) sendSome();
