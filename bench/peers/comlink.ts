/**
 * comlink: the consumer's thread exposes a function, a Worker calls it as if it were its own, as in the README's
 * "Callbacks" and its example for Node. Each call is a request and a reply over a MessagePort. The reply waits while
 * there is no room, which is all the back-pressure that there is: a producer awaits it before its next message.
 *
 *     Worker w   await remote.receive(message)  ── port w ──▶  expose({ receive, close })
 *
 * In addition to the capacity, one message of each producer may be on its way. Never blocks. Allocates: a copy of the
 * message, a request, a reply, and an id of comlink's for both.
 *
 * Not tried: `Comlink.transfer` of each message, the README's advice for large values; these are small.
 */
import * as Comlink from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Lifecycle } from "../../strategies/primitives/lifecycle.ts";
import { Waits } from "../../strategies/primitives/waits.ts";
import {
  type AsyncProducer,
  checkLength,
  type Handoff,
  type HandoffOptions,
  lifeOf,
  makeHandoff,
  MAX_MESSAGE_BYTES,
  type Ticket,
} from "../../strategies/strategy.ts";
import { Inbox } from "./inbox.ts";

/** Its types describe a CommonJS file, but it is a module. */
const endpoint = nodeEndpoint as unknown as (port: MessagePort) => Comlink.Endpoint;

interface Remote {
  receive(message: Uint8Array): Promise<void>;
  close(): void;
}

interface PortTicket {
  port: MessagePort;
  largest: number;
}

class ComlinkProducer implements AsyncProducer {
  readonly #remote: Comlink.Remote<Remote>;
  readonly #lifecycle: Lifecycle;
  readonly #worker: number;
  readonly #largest: number;
  readonly waits = new Waits();

  constructor({ life, worker, shared }: Ticket) {
    const { port, largest } = shared as PortTicket;
    this.#remote = Comlink.wrap<Remote>(endpoint(port));
    this.#lifecycle = new Lifecycle(life);
    this.#worker = worker;
    this.#largest = largest;
  }

  async send(message: Uint8Array): Promise<void> {
    checkLength(message.length, this.#largest);
    this.#lifecycle.check();
    // A view would be cloned with the whole buffer that it belongs to; the slice is all that has to be cloned.
    await this.#remote.receive(message.slice());
  }

  async close(): Promise<void> {
    this.#lifecycle.checkMayClose(this.#worker);
    this.#lifecycle.leave(this.#worker);
    await this.#remote.close();
  }
}

export function open(options: HandoffOptions): Handoff {
  const channels = Array.from({ length: options.workers }, () => new MessageChannel());
  const lifecycle = lifeOf(options);
  const inbox = new Inbox(lifecycle, options);
  for (const [worker, { port1 }] of channels.entries()) {
    const remote: Remote = {
      receive(message) {
        inbox.deliver(worker, message);
        return inbox.room();
      },
      close: () => inbox.closed(worker),
    };
    Comlink.expose(remote, endpoint(port1));
    // The Workers keep the program alive; the ports must not.
    port1.unref();
  }
  return makeHandoff({
    strategy: "comlink",
    options,
    consumer: inbox,
    lifecycle,
    sharedOf: (w): PortTicket => ({
      port: channels[w].port2,
      largest: Math.min(MAX_MESSAGE_BYTES, options.capacity),
    }),
    transfersOf: (w) => [channels[w].port2],
    sharedBytes: 0,
  });
}

export function join(ticket: Ticket): AsyncProducer {
  return new ComlinkProducer(ticket);
}
