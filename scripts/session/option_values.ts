/** Values that only the measuring commands take. */
import { InvalidArgumentError } from "commander";
import { LEAST_BYTES_PER_S, MAX_STALL_PERIOD_MS } from "../../bench/wire/slow_reader.ts";
import { byteSize, percentage, timeSpan } from "../cli/values.ts";
import { type MessageSize, sizeTitle } from "../results/message_size.ts";

/**
 * Message sizes, each of them once: 1, a size large enough to carry the message's number, or a mix of lengths such as
 * 16..4096.
 */
export function messageSizes(largest: number): (text: string) => MessageSize[] {
  const read = byteSize(1);
  return (text) => {
    const sizes = text.split(",").map((part) => {
      const [least, most = least, ...rest] = part.split("..").map(read);
      if (rest.length > 0 || most > largest || least > most) {
        throw new InvalidArgumentError(
          `Give sizes up to ${largest} bytes, such as 1,64 or a mix of lengths, 16..4KiB.`,
        );
      }
      const odd = [least, most].find((size) => size < 8 && (size > 1 || least < most));
      if (odd !== undefined) {
        throw new InvalidArgumentError(
          `A message is 1 byte, or from 8 bytes on, which carry its number; ${part} has neither.`,
        );
      }
      return { least, most };
    });
    return [...new Map(sizes.map((size) => [sizeTitle(size), size])).values()]
      .sort((a, b) => a.most - b.most || a.least - b.least);
  };
}

/** Rates such as 200k, 1.5M or 2e5, in messages/s, ascending and each of them once. */
export function rates(text: string): number[] {
  const values = text.split(",").map((part) => {
    const match = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)(k|M|)$/.exec(part.trim());
    return match === null ? NaN : Number(match[1]) * { k: 1e3, M: 1e6, "": 1 }[match[2]]!;
  });
  if (!values.every((value) => value >= 1 && value <= 1e9)) {
    throw new InvalidArgumentError("Give messages/s, such as 200k or 20k,50k,1.5M.");
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Shares of the throughput at full load such as 25%,50%, as numbers up to 1, ascending and each of them once. */
export function shares(text: string): number[] {
  const values = text.split(",").map((part) => percentage(part) / 100);
  if (!values.every((value) => value <= 1)) {
    throw new InvalidArgumentError(
      "Give shares of the throughput at full load, such as 25%,50%, up to 100%.",
    );
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

/** A stall such as 200ms/1s: in every period of 1 s, nothing is read for 200 ms. */
export function stall(text: string): { forMs: number; everyMs: number } {
  const [forMs, everyMs, ...rest] = text.split("/").map(timeSpan(1, MAX_STALL_PERIOD_MS));
  if (everyMs === undefined || rest.length > 0 || forMs >= everyMs) {
    throw new InvalidArgumentError("Give a stall and its period, such as 200ms/1s.");
  }
  return { forMs, everyMs };
}

/** Bytes per second, such as 50MB/s or 8MiB/s. */
export function byteRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(k|M|G|)(i?)B\/s$/i.exec(text.trim());
  const power = ["", "k", "m", "g"].indexOf((match?.[2] ?? "").toLowerCase());
  const value = match === null
    ? NaN
    : Number(match[1]) * (match[3] === "" ? 1_000 : 1_024) ** power;
  if (!(value >= LEAST_BYTES_PER_S && value <= Number.MAX_SAFE_INTEGER)) {
    throw new InvalidArgumentError("Give bytes a second, such as 50MB/s.");
  }
  return Math.round(value);
}

/** `host:port`, or `[host]:port` where the host contains colons. */
export function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("Give host:port, such as 192.0.2.7:7070 or [2001:db8::7]:7070.");
  }
  return { host: match[1] ?? match[2], port };
}
