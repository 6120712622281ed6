/**
 * What back-pressure and contention cost one thread. Counted where a thread waits anyway, never on the way of a
 * message that need not.
 */
export class Waits {
  /** Times that the thread went to sleep, for a lock or for room. */
  parks = 0;
  /** Time that it waited, spinning included, in ms. Waiting tasks of one thread share their wait. */
  blockedMs = 0;
  /** Times that a lock or a place was not to be had at once. */
  failedClaims = 0;
}
