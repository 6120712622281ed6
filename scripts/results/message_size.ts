/** How long messages are, as options and rows say it. */

/** In bytes; the same for both where all messages have one size. */
export interface MessageSize {
  least: number;
  most: number;
}

/** `64`, or `16..4096` of a mix. */
export function sizeTitle({ least, most }: MessageSize): string {
  return least === most ? `${most}` : `${least}..${most}`;
}
