/**
 * The proof of delivery: it takes bytes and gives a verdict. One verifier checks one run. The listener uses it over a
 * socket, and the in-process sink without one.
 */
import { isLines, type RunHeader } from "../wire/protocol.ts";
import { FixedVerifier } from "./fixed.ts";
import { MixedVerifier } from "./mixed.ts";
import { GroupedVerifier } from "./grouped.ts";
import { NewlineVerifier } from "./newline.ts";
import { OneByteVerifier } from "./one_byte.ts";
import type { Verifier } from "./verdict.ts";

/** The verifier for what a header announces. */
export function createVerifier(header: RunHeader): Verifier {
  if (header.framing === "grouped") return new GroupedVerifier(header);
  if (header.framing === "mixed") return new MixedVerifier(header);
  if (isLines(header.framing)) return new NewlineVerifier(header);
  return header.messageBytes === 1 ? new OneByteVerifier(header) : new FixedVerifier(header);
}
