/**
 * The post's client: it never reads the echo, and leaves Nagle's algorithm on, which is the system's default; the
 * suite's own runs turn it off.
 */
import { connect, type Socket } from "node:net";

export class PublishedClient {
  /** Resolves when the connection is made. */
  readonly connected: Promise<void>;
  readonly #socket: Socket;
  #failure: Error | null = null;
  /** Rejects the call that waits now. */
  #reject: (reason: Error) => void = () => {};

  /** Starts to connect. */
  constructor(host: string, port: number) {
    this.#socket = connect({ host, port, noDelay: false });
    this.#socket.pause();
    this.connected = new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#socket.once("connect", () => resolve());
    });
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#fail(new Error(`the published listener is gone (${error.code ?? error.message})`));
    });
    this.#socket.on("close", () => this.#fail(new Error("the published listener is gone")));
  }

  /** Resolves when the system has taken the bytes. One write at a time. Rejects once the client is closed. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#reject = reject;
      this.#socket.write(bytes, () => resolve());
    });
  }

  /** Closes the connection and drops whatever was not sent: a pending write rejects. */
  close(): void {
    this.#fail(new Error("closed"));
    this.#socket.destroy();
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#reject(this.#failure);
  }
}
