/** A subject reports here that it has died by itself, and the current run learns it here. */
export class SubjectFailure {
  #reason: Error | null = null;
  #onReason: ((reason: Error) => void) | null = null;

  get isTold(): boolean {
    return this.#reason !== null;
  }

  /** The `onFailure` that a subject is opened with. Only the first reason counts. */
  readonly tell = (reason: Error): void => {
    this.#reason ??= reason;
    this.#onReason?.(this.#reason);
  };

  /**
   * Settles as `work` does, or rejects as soon as the subject has died. One call at a time. `Promise.race` would leave
   * a reaction at a promise that outlives every run, and a soak would see memory grow.
   */
  async during<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#onReason = reject;
    work.then(resolve, reject);
    if (this.#reason !== null) reject(this.#reason);
    try {
      return await promise;
    } finally {
      this.#onReason = null;
    }
  }
}
