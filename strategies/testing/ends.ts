/** One interface for both kinds of producers' ends, so that a test can treat all strategies alike. */
import { findStrategy } from "../registry.ts";
import type { Ticket } from "../strategy.ts";

/** A producers' end whose calls are awaited, whatever its kind. */
export interface AnyEnd {
  send(message: Uint8Array): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Joins on this thread. A blocking strategy's calls block it, so stay below the capacity if this thread also consumes.
 */
export function joinAny(ticket: Ticket): AnyEnd {
  const strategy = findStrategy(ticket.strategy)!;
  if (strategy.kind === "async") {
    const end = strategy.join(ticket);
    return {
      send: (message) => end.send(message),
      flush: () => Promise.resolve(),
      close: () => end.close(),
    };
  }
  const end = strategy.join(ticket);
  return {
    // Async functions, so that what the calls throw becomes a rejection.
    send: async (message) => await end.send(message),
    flush: async () => await end.flush(),
    close: async () => await end.close(),
  };
}
