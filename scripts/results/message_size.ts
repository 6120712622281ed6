/** The size of messages, as options and rows write it. */

/** In bytes; both values are equal if all messages have one size. */
export interface MessageSize {
  least: number;
  most: number;
}

/** `64`, or `16..4096` for a mix. */
export function sizeTitle({ least, most }: MessageSize): string {
  return least === most ? `${most}` : `${least}..${most}`;
}
