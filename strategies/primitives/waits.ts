/**
 * What back-pressure and contention cost one thread. Counted only where a thread waits anyway, never for a message that
 * need not wait.
 */
export class Waits {
  /** How often the thread went to sleep, for a lock or for room. */
  parks = 0;
  /** How long it waited, spinning included, in ms. Tasks of one thread that wait together count once. */
  blockedMs = 0;
  /** How often a lock or a place was not available at once. */
  failedClaims = 0;
}
