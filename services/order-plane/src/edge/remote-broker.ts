/** The broker port over a connection to a broker that is a process of its own. */
import { type Socket, connect } from 'node:net';
import { Fault, faultOf } from '@tickmesh/kernel';
import type { Broker, BrokerSession, BrokerSessionOptions } from '../app/ports.ts';
import {
  type BrokerCallName,
  type BrokerCalls,
  type BrokerSays,
  decodeMessage,
  encodeMessage,
  onLines,
} from './broker-lines.ts';

export interface RemoteBrokerOptions {
  readonly name: string;
  /** tcp://HOST:PORT. */
  readonly url: string;
  /** A call without an answer for so long has none. */
  readonly answerTimeoutMs: number;
}

export class RemoteBroker implements Broker {
  readonly name: string;
  readonly #options: RemoteBrokerOptions;

  constructor(options: RemoteBrokerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async open(session: BrokerSessionOptions): Promise<BrokerSession> {
    const line = await Line.open(this.#options, session);
    try {
      const { account, epoch } = session;
      await line.ask('open', { account, epoch });
    } catch (thrown) {
      line.close();
      throw thrown;
    }
    return {
      submit: async (order) => {
        await line.ask('submit', order);
      },
      cancel: async (request) => {
        await line.ask('cancel', request);
      },
      replace: async (request) => {
        await line.ask('replace', request);
      },
      lookup: (clientOrderId) => line.ask('lookup', { clientOrderId }),
      executionsSince: (sinceMicros) => line.ask('executionsSince', { sinceMicros }),
      close: () => {
        line.close();
        return Promise.resolve();
      },
    };
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/** One connection, and the calls on it that have no answer yet. */
class Line {
  readonly #socket: Socket;
  readonly #options: RemoteBrokerOptions;
  readonly #session: BrokerSessionOptions;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #isClosed = false;

  private constructor(socket: Socket, options: RemoteBrokerOptions, session: BrokerSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#session = session;
    onLines(socket, (text) => {
      this.#take(text);
    });
    socket.on('close', () => {
      this.#lose();
    });
  }

  static async open(options: RemoteBrokerOptions, session: BrokerSessionOptions): Promise<Line> {
    const { hostname, port } = new URL(options.url);
    const socket = connect({ host: hostname, port: Number(port) });
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: unknown): void => {
        socket.destroy();
        reject(unreachable(options, faultOf(cause).message));
      };
      socket.setTimeout(options.answerTimeoutMs, () => {
        fail(new Error('no connection in time'));
      });
      socket.once('error', fail);
      socket.once('connect', () => {
        socket.setTimeout(0);
        socket.off('error', fail);
        // What fails from here on closes it, and the close tells.
        socket.on('error', () => undefined);
        resolve();
      });
    });
    return new Line(socket, options, session);
  }

  async ask<Name extends BrokerCallName>(
    call: Name,
    asks: BrokerCalls[Name]['asks'],
  ): Promise<BrokerCalls[Name]['gives']> {
    if (this.#isClosed) throw this.#unreachable('the connection is closed');
    const id = ++this.#calls;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const timer = setTimeout(() => {
      this.#settle(id)?.reject(this.#unreachable(`no answer to ${call}`));
    }, this.#options.answerTimeoutMs);
    this.#socket.write(encodeMessage({ id, call, asks } as never));
    try {
      return (await answer) as BrokerCalls[Name]['gives'];
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #take(text: string): void {
    const said = decodeMessage(text) as BrokerSays;
    if ('facts' in said) {
      this.#session.onFacts(said.facts);
      return;
    }
    // An answer that comes twice, or after its time, is nobody's.
    const waiting = this.#settle(said.id);
    if ('fault' in said) waiting?.reject(new Fault(said.fault.code, said.fault.details));
    else waiting?.resolve(said.gives);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #lose(): void {
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    const fault = this.#unreachable('the connection is lost');
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(fault);
    if (!wasClosed) this.#session.onLost(fault);
  }

  readonly #unreachable = (reason: string): Fault => unreachable(this.#options, reason);
}

const unreachable = ({ name, url }: RemoteBrokerOptions, reason: string): Fault =>
  new Fault('ORDER_BROKER_UNREACHABLE', { broker: name, url, reason });
