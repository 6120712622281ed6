/**
 * Writes what a consumer receives to a stream. A batch is a view of memory that producers write to again, and a stream
 * keeps a reference to what it is given until that is written; so each write is awaited before the next batch is
 * received.
 */
import type { Writable } from "node:stream";

/** Gives batches, and is told by `abort` that nobody reads them any more. */
interface Batches extends AsyncIterable<Uint8Array> {
  abort(): void;
}

export interface PipeOptions {
  /** Whether to end the stream after the last byte (default false). */
  end?: boolean;
}

/**
 * Writes all that a consumer receives. Resolves with the bytes written once every producer has closed and the last
 * write is done. If the stream or the hand-off fails first, or the stream closes, it aborts the hand-off, which
 * releases the producers, and rejects with the reason.
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
  // Bun passes no error to a write's callback, so the events decide.
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
