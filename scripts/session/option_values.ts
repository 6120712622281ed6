/** Values that only the measuring commands take. */
import { InvalidArgumentError } from "commander";
import { list } from "../cli/values.ts";

/** Sizes of a message: 1, or large enough to carry its number. */
export function messageSizes(largest: number): (text: string) => number[] {
  const read = list([1, largest], "1,64, or 8..1KiB", "bytes");
  return (text) => {
    const sizes = read(text);
    const odd = sizes.find((size) => size > 1 && size < 8);
    if (odd !== undefined) {
      throw new InvalidArgumentError(
        `A message is 1 byte, or from 8 bytes on, which carry its number; ${odd} is neither.`,
      );
    }
    return sizes;
  };
}

/** `host:port`, or `[host]:port` where the host has colons of its own. */
export function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("Give host:port, such as 192.0.2.7:7070 or [2001:db8::7]:7070.");
  }
  return { host: match[1] ?? match[2], port };
}
