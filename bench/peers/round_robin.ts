/**
 * The consumer of peers that wake nobody: it looks at its sources in turn, one for each Worker, and lets the event loop
 * turn where none has anything. Never blocks its thread.
 */
import { ConsumerBase, eventLoopTurn } from "../../strategies/primitives/consumer.ts";

export abstract class RoundRobinConsumer extends ConsumerBase {
  /** How many sources there are. */
  protected abstract readonly sources: number;
  #turn = 0;

  /** Whole messages of a source, or null where there are none. They are used until the next call of `receive`. */
  protected abstract take(source: number): Uint8Array | null;

  /** The batch before is no longer used. */
  protected release(): void {}

  /**
   * Whether everything has come that was sent before the producers closed. That may become visible later than their
   * close.
   */
  protected abstract isDrained(): boolean;

  async receive(): Promise<Uint8Array | null> {
    this.checkUsable();
    this.release();
    this.failIf(this.lost.overdue());
    for (;;) {
      // In this order: what a producer has sent before it closed is found by looking afterwards.
      const closed = this.allClosed();
      for (let tries = 0; tries < this.sources; tries++) {
        this.#turn = (this.#turn + 1) % this.sources;
        const batch = this.take(this.#turn);
        if (batch === null) continue;
        this.lost.received(batch.length);
        return batch;
      }
      this.lifecycle.check();
      if (this.lost.any) this.failIf(this.lost.verdict({ stalled: false, closed }));
      if (closed && this.isDrained()) return null;
      this.parks++;
      await eventLoopTurn();
    }
  }
}
