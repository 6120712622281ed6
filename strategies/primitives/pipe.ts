/**
 * From a consumer into a stream. A batch is a view of memory that producers write to again, and a stream keeps a
 * reference to what it is given until it has gone out: so each write is awaited before the next batch is received.
 */
import type { Writable } from "node:stream";

/** What a consumer gives, and how it is told that nobody reads any more. */
interface Batches extends AsyncIterable<Uint8Array> {
  abort(): void;
}

export interface PipeOptions {
  /** Whether to end the stream behind the last byte (default false). */
  end?: boolean;
}

/**
 * Write all that a consumer receives. Resolves with the bytes written once every producer has closed and the last
 * write is done. Where the stream fails or closes first, or the hand-off does, it aborts the hand-off, which frees
 * the producers, and rejects with the reason.
 */
export async function pipeBatches(
  consumer: Batches,
  stream: Writable,
  { end = false }: PipeOptions = {},
): Promise<number> {
  let failure: Error | null = null;
  let rejectWrite: (reason: Error) => void = () => {};
  const fail = (reason: Error) => {
    failure ??= reason;
    rejectWrite(failure);
    consumer.abort();
  };
  // Bun tells a write's callback of no error, so the events are what counts.
  const onClose = () => fail(new Error("the stream closed before all was written"));
  stream.on("error", fail);
  stream.on("close", onClose);
  const write = (batch: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      rejectWrite = reject;
      if (failure !== null) return reject(failure);
      stream.write(batch, (error) => error ? reject(error) : resolve());
    });
  try {
    let bytes = 0;
    for await (const batch of consumer) {
      await write(batch);
      bytes += batch.length;
    }
    if (end) await new Promise<void>((resolve) => stream.end(resolve));
    return bytes;
  } catch (error) {
    throw failure ?? error;
  } finally {
    stream.off("close", onClose);
    stream.off("error", fail);
  }
}
