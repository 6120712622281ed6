/** How numbers and text are encoded in the messages of the protocol. */

/** Each message begins with one of these, so that a stranger on the port is recognised at the first eight bytes. */
export const MAGIC = {
  header: "FANINRUN",
  hello: "FANINSRV",
  clock: "FANINCLK",
  trailer: "FANINTRL",
  ack: "FANINACK",
  verdict: "FANINVER",
  question: "FANINASK",
  word: "FANINWRD",
};

const UNKNOWN = 0xffff_ffff_ffff_ffffn;

export function block(length: number, magic: string): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(length);
  bytes.set(ascii(magic));
  return { bytes, view: viewOf(bytes) };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function hasMagic(bytes: Uint8Array, magic: string): boolean {
  return text(bytes.subarray(0, magic.length)) === magic;
}

/** Whether the bytes begin with this magic, or, where there are fewer of them, may still turn out to. */
export function opensLike(bytes: Uint8Array, magic: string): boolean {
  const length = Math.min(bytes.length, magic.length);
  return text(bytes.subarray(0, length)) === magic.slice(0, length);
}

export function ascii(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function setCount(view: DataView, at: number, count: number | null): void {
  view.setBigUint64(at, count === null ? UNKNOWN : BigInt(Math.round(count)), true);
}

export function getCount(view: DataView, at: number): number | null {
  const raw = view.getBigUint64(at, true);
  return raw === UNKNOWN ? null : Number(raw);
}
