/**
 * What a schedule amounts to. For every step, a key that is the same for two schedules that differ only in the order of
 * independent neighbours (Mazurkiewicz's traces); and, by vector clocks, the plain accesses that no atomic operation
 * orders (FastTrack, Flanagan and Freund, 2009).
 */
import { DIES, ENTRY, KINDS, LOG, LOG_LENGTH, THREADS } from "./control_block.ts";

const [READ, WRITE] = [KINDS.indexOf("read"), KINDS.indexOf("write")];

export interface Step {
  choice: number;
  /** Bits of the threads that could go on; `timed`: of those whose wait could end by time, or whose spin by itself. */
  enabled: number;
  timed: number;
  /** Bits of the threads that could die. */
  mortal: number;
  /** The thread that made the step before. */
  last: number;
  /** A key for everything that had happened before this step. */
  before: string;
  entry: number;
}

interface Place {
  write: number;
  readers: number;
  clock: number[];
  /** Time of the last write and of each thread's last read, and whether it was a plain one. */
  wrote: { thread: number; time: number; plain: boolean };
  read: { time: number; plain: boolean }[];
}

/**
 * The steps of the schedule that the control block has logged. `races` collects addresses at which threads must stop.
 */
export function stepsOf(words: Int32Array, races: Set<number>): Step[] {
  const steps: Step[] = [];
  const chain = [1, 2, 3];
  const clocks: number[][] = chain.map((_, t) => chain.map((_, other) => (t === other ? 1 : 0)));
  const places = new Map<number, Place>();
  let low = 0;
  let high = 0;
  for (let i = 0; i < words[LOG_LENGTH]; i++) {
    const at = LOG + i * ENTRY;
    const [choice, kind, address, , writes, enabled, last, thread] = words.subarray(at, at + ENTRY);
    if (choice >= 0) {
      steps.push({
        choice,
        enabled: enabled & 0xff,
        timed: (enabled >>> 8) & 0xff,
        mortal: enabled >>> 16,
        last,
        before: `${low},${high},${enabled},${last}`,
        entry: i,
      });
    }
    let event = mix(mix(chain[thread], kind + 64 * choice), address);
    if (address !== 0) {
      let place = places.get(address);
      if (place === undefined) {
        place = {
          write: 0,
          readers: 0,
          clock: [0, 0, 0],
          wrote: { thread: 0, time: 0, plain: false },
          read: clocks.map(() => ({ time: 0, plain: false })),
        };
        places.set(address, place);
      }
      const clock = clocks[thread];
      const plain = kind === READ || kind === WRITE;
      if (!plain) {
        for (let t = 0; t < THREADS; t++) clock[t] = Math.max(clock[t], place.clock[t]);
      }
      const meets = (other: number, time: number, otherPlain: boolean) =>
        other !== thread && time > 0 && (!plain && !otherPlain || time > clock[other]);
      if (meets(place.wrote.thread, place.wrote.time, place.wrote.plain)) races.add(address);
      event = mix(event, place.write);
      if (writes !== 0) {
        event = mix(event, place.readers);
        for (let t = 0; t < THREADS; t++) {
          if (meets(t, place.read[t].time, place.read[t].plain)) races.add(address);
        }
        place.write = event;
        place.readers = 0;
        place.wrote = { thread, time: clock[thread], plain };
      } else {
        place.readers = (place.readers + event) | 0;
        place.read[thread] = { time: clock[thread], plain };
      }
      if (!plain) {
        for (let t = 0; t < THREADS; t++) place.clock[t] = clock[t];
        clock[thread]++;
      }
    }
    chain[thread] = event;
    low = (low + event) | 0;
    high = (high + mix(event, 0x9e3779b9)) | 0;
  }
  return steps;
}

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed + 0x27d4eb2f, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * What a choice costs of the bound on preemptions. A thread that waits may be left for free. Taking the turn from a
 * thread that could go on costs one, and so does letting time pass meanwhile, and a death, which takes a turn for ever.
 */
export function costOf({ enabled, last }: Step, choice: number): number {
  if (choice >= DIES) return 1;
  if (choice >= THREADS) return enabled === 0 ? 0 : 1;
  return choice !== last && (enabled & (1 << last)) !== 0 ? 1 : 0;
}
