/**
 * What a strategy finds in an explored thread in place of `Atomics`, typed arrays over shared memory, the clock, timers
 * and `setImmediate`. It must be installed before the strategy's module is loaded, since modules may keep functions.
 *
 * A thread stops before an operation where a stop can matter, as earlier schedules of the case have shown: before an
 * atomic operation on a word that another thread also uses, if one of them writes; and before a plain read or write
 * that no atomic operation orders. All other operations are only logged.
 */
import { Pool } from "./pool.ts";
import {
  DEATH_ADDRESS,
  type Kind,
  LOST,
  MOST_LOOKS,
  SLICES,
  STEPS,
  WRITES,
} from "./control_block.ts";
import { type Turns } from "./turns.ts";
import { type View, watch } from "./watched_view.ts";

const real = {
  load: Atomics.load,
  store: Atomics.store,
  add: Atomics.add,
  sub: Atomics.sub,
  exchange: Atomics.exchange,
  compareExchange: Atomics.compareExchange,
  Shared: SharedArrayBuffer,
};
type Words = Int32Array<SharedArrayBuffer>;

/** After this many looks in a row that showed nothing new, a thread counts as spinning. */
const LOOKS = 12;
/** A wait that only time can end may last arbitrarily long. It lasts this long (µs), so two of them count as a stall. */
const LONG_US = 260_000;

interface Pending {
  slot: number;
  us: number;
  address: number;
  settle(timedOut: boolean): void;
}

export class Instrument {
  readonly #turns: Turns;
  /** Where each buffer begins among the explorer's addresses. */
  readonly #bases = new WeakMap<SharedArrayBuffer, number>();
  readonly #raw = new WeakMap<object, View>();
  /** False: operations act at once, without a stop. */
  live = false;
  #us = 0;
  #looks = 0;
  #writesSeen = -1;
  #yields = false;
  /** Looks for which this thread still does not stop, because it was chosen to go on although it spins. */
  #patience = 0;
  /** The addresses that such a thread has looked at; another look at them shows nothing new. */
  readonly #lookedAt = new Set<number>();
  /** For the consumer: called once with a producer that has died, when the event loop turns. */
  onLost: ((producer: number) => void) | null = null;
  #immediates: (() => void)[] = [];
  #pending: Pending[] = [];
  #places: string[] | null = null;
  readonly #pool = new Pool();

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  reset(traces: boolean): void {
    this.#us = 0;
    this.#looks = 0;
    this.#writesSeen = -1;
    this.#yields = false;
    this.#patience = 0;
    this.#immediates = [];
    this.#pending = [];
    this.#pool.rewind();
    this.#places = traces ? [] : null;
  }

  get places(): string[] {
    return this.#places ?? [];
  }

  /** Registers all buffers in a ticket, in an order that is the same for every thread. */
  register(value: unknown, next = { base: 64 }): void {
    if (value instanceof real.Shared) {
      if (this.#bases.has(value)) return;
      this.#bases.set(value, next.base);
      next.base += value.byteLength + 64;
    } else if (typeof value === "object" && value !== null) {
      for (const part of Object.values(value)) this.register(part, next);
    }
  }

  install(): void {
    const wide = Atomics as unknown as Record<string, unknown>;
    for (const name of ["load", "store", "add", "sub", "exchange", "compareExchange"] as const) {
      const act = real[name] as (words: Words, at: number, ...values: number[]) => number;
      wide[name] = (view: Words, at: number, ...values: number[]) => {
        const words = this.#unwrap(view);
        if (!this.live) return act(words, at, ...values);
        const address = this.#addressOf(words, at);
        const fails = name === "compareExchange" && real.load(words, at) !== values[0];
        const patient = this.#patience > 0 && (name === "load" || fails);
        if (patient && this.#isOldNews(address)) return act(words, at, ...values);
        const stops = !patient && this.#promotes(address);
        if (stops) this.#stop(name, address);
        const result = act(words, at, ...values);
        const writes = name !== "load" && (name !== "compareExchange" || result === values[0]);
        if (stops) this.#turns.describe(name, address, result, writes);
        else this.#turns.note(name, address, result, writes);
        this.#saw(writes);
        return result;
      };
    }
    wide.notify = (view: Words, at: number, count = Infinity) => {
      const words = this.#unwrap(view);
      if (!this.live) return 0;
      const address = this.#addressOf(words, at);
      this.#stop("notify", address);
      const woken = this.#turns.waiters.notifyAll(address, count);
      this.#turns.describe("notify", address, woken, true);
      this.#saw(true);
      return woken;
    };
    wide.wait = (view: Words, at: number, value: number, ms = Infinity) =>
      this.#wait(this.#unwrap(view), at, value, ms);
    wide.waitAsync = (view: Words, at: number, value: number, ms = Infinity) =>
      this.#waitAsync(this.#unwrap(view), at, value, ms);
    wide.pause = () => {
      this.#yields = true;
    };
    const views = { Int32Array, Uint8Array } as Record<string, new (...args: unknown[]) => View>;
    const global = globalThis as unknown as Record<string, unknown>;
    for (const [name, View] of Object.entries(views)) {
      global[name] = new Proxy(View, {
        construct: (target, args) => {
          const made = Reflect.construct(target, args) as View;
          if (!(args[0] instanceof real.Shared)) return made;
          const watched = watch(made, (kind, at, value) => {
            if (this.live) this.#touch(kind, this.#addressOf(made, at), value);
          });
          this.#raw.set(watched, made);
          return watched;
        },
      });
    }
    global.SharedArrayBuffer = new Proxy(real.Shared, {
      construct: (_target, [bytes]) => this.#pool.take(bytes),
    });
    performance.now = () => (this.#us += 1) / 1_000;
    global.setImmediate = (call: () => void) => void this.#immediates.push(call);
    global.setTimeout = (call: (value: unknown) => void, ms: number, value: unknown) => {
      const pending = { slot: -1, us: ms * 1_000, address: 0, settle: () => call(value) };
      this.#pending.push(pending);
      return pending;
    };
    global.clearTimeout = (timer: Pending | undefined) => {
      this.#pending = this.#pending.filter((pending) => pending !== timer);
    };
  }

  /**
   * Takes the next event, once the thread's event loop has nothing else to do. Must be called when no microtask is
   * pending.
   */
  nextEvent(): void {
    const timed = this.#pending.map(({ us }) => us).filter((us) => us > 0 && us < Infinity);
    const { words } = this.#turns;
    const ready = this.#immediates.length > 0 || (this.onLost !== null && words[LOST] !== 0);
    const timedOut = this.#turns.block(
      timed.length === 0 ? 0 : Math.min(...timed),
      ready ? 1 : this.onLost === null ? 0 : 2,
    );
    if (timedOut) {
      const us = Math.min(...timed);
      this.#us += this.#lasting(us);
      this.#settle(this.#pending.find((pending) => pending.us === us) as Pending, true);
      return;
    }
    if (this.onLost !== null && words[LOST] !== 0) {
      const tell = this.onLost;
      this.onLost = null;
      this.#turns.describe("learns", DEATH_ADDRESS, words[LOST], false);
      return tell(words[LOST]);
    }
    const immediate = this.#immediates.shift();
    if (immediate !== undefined) {
      this.#turns.describe("event", 0, 0, false);
      return immediate();
    }
    const woken = this.#pending.find(({ slot }) =>
      slot >= 0 && this.#turns.waiters.isNotified(slot)
    );
    this.#settle(woken as Pending, false);
  }

  #settle(pending: Pending, timedOut: boolean): void {
    this.#pending = this.#pending.filter((other) => other !== pending);
    this.#turns.describe(timedOut ? "timed-out" : "woken", pending.address, 0, true);
    if (pending.slot >= 0) this.#turns.waiters.dequeue(pending.slot);
    pending.settle(timedOut);
  }

  /** For plain accesses that the explored case makes itself. */
  plain(view: Uint8Array, at: number): number {
    const bytes = view as Uint8Array<SharedArrayBuffer>;
    if (!(bytes.buffer instanceof real.Shared)) return bytes[at];
    if (this.live) this.#touch("read", this.#addressOf(bytes, at), () => bytes[at]);
    return bytes[at];
  }

  /** A point at which other threads may go on. */
  hold(): void {
    this.#stop("hold", 0);
  }

  #wait(words: Words, at: number, value: number, ms: number): string {
    if (!this.live) return "not-equal";
    const address = this.#addressOf(words, at);
    this.#stop("wait", address);
    const found = real.load(words, at);
    this.#turns.describe("wait", address, found, true);
    if (found !== value) return "not-equal";
    this.#turns.waiters.enqueue(0, address);
    const timedOut = this.#turns.block(ms === Infinity ? 0 : ms * 1_000, 0);
    if (timedOut) this.#us += this.#lasting(ms * 1_000);
    this.#turns.waiters.dequeue(0);
    this.#turns.describe(timedOut ? "timed-out" : "woken", address, 0, true);
    this.#mark();
    this.#looks = 0;
    return timedOut ? "timed-out" : "ok";
  }

  #waitAsync(words: Words, at: number, value: number, ms: number) {
    const address = this.#addressOf(words, at);
    this.#stop("waitAsync", address);
    const found = real.load(words, at);
    this.#turns.describe("waitAsync", address, found, true);
    if (found !== value) return { async: false, value: "not-equal" };
    const slot = this.#turns.waiters.freeSlot();
    this.#turns.waiters.enqueue(slot, address);
    const promise = new Promise<string>((resolve) => {
      this.#pending.push({
        slot,
        us: ms === Infinity ? 0 : ms * 1_000,
        address,
        settle: (timedOut) => resolve(timedOut ? "timed-out" : "ok"),
      });
    });
    return { async: true, value: promise };
  }

  #stop(kind: Kind, address: number): void {
    const looks = kind === "load" || kind === "read" || kind === "compareExchange";
    const spins = looks && (this.#yields || this.#looks >= LOOKS);
    this.#yields = false;
    this.#patience = this.#turns.stop(kind, address, spins) ? MOST_LOOKS : 0;
    this.#lookedAt.clear();
    this.#mark();
  }

  #lasting(us: number): number {
    const { words, nobodyCould } = this.#turns;
    return words[SLICES] !== 0 && nobodyCould ? Math.max(us, LONG_US) : us;
  }

  /**
   * Whether to stop before an access. If no other thread uses a word, or all only read it, a stop would show nothing.
   */
  #promotes(address: number): boolean {
    return this.#turns.isPromoted(address) || this.#yields || this.#looks >= LOOKS;
  }

  /** Whether a thread that goes on although it spins has looked here before; no other thread has had a turn since. */
  #isOldNews(address: number): boolean {
    this.#patience--;
    this.#looks = 0;
    this.#yields = false;
    if (this.#lookedAt.has(address)) return true;
    this.#lookedAt.add(address);
    return false;
  }

  #mark(): void {
    if (this.#places === null) return;
    const lines = (new Error().stack ?? "").split("\n").map((line) => line.trim());
    const place = lines.find((line) =>
      line.includes("/strategies/") && !line.includes("/explore/")
    );
    this.#places[this.#turns.words[STEPS] - 1] = place ?? "";
  }

  #saw(writes: boolean): void {
    const seen = this.#turns.words[WRITES];
    if (writes) this.#turns.wrote();
    this.#looks = writes || seen !== this.#writesSeen ? 0 : this.#looks + 1;
    this.#writesSeen = this.#turns.words[WRITES];
  }

  #addressOf(view: View, at: number): number {
    const base = this.#bases.get(view.buffer);
    if (base === undefined) throw new Error("a word in memory that no ticket names");
    return base + view.byteOffset + at * view.BYTES_PER_ELEMENT;
  }

  #unwrap(view: Words): Words {
    return (this.#raw.get(view) ?? view) as Words;
  }

  #touch(kind: "read" | "write", address: number, valueOf: () => number): void {
    if (this.#turns.isPromoted(address)) {
      this.#stop(kind, address);
      this.#turns.describe(kind, address, valueOf(), kind === "write");
      if (kind === "write") this.#saw(true);
    } else {
      this.#turns.note(kind, address, valueOf(), kind === "write");
      if (kind === "write") this.#turns.wrote();
    }
  }
}
