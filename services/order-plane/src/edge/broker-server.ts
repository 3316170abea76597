/** Sessions with a broker over connections: each connection is one session, as long as it lasts. */
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Clock, Fault, faultOf } from '@tickmesh/kernel';
import type { Broker, BrokerFact, BrokerOrder, BrokerSession } from '../app/ports.ts';
import type { BrokerFaults } from './broker-faults.ts';
import {
  type BrokerCall,
  type BrokerSays,
  decodeMessage,
  encodeMessage,
  onLines,
} from './broker-lines.ts';

export interface BrokerServerParts {
  readonly broker: Broker;
  readonly faults: BrokerFaults;
  readonly clock: Clock;
  readonly onFault: (doing: string, fault: Fault) => void;
}

export interface OpenBrokerServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function serveBroker(
  parts: BrokerServerParts,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<OpenBrokerServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Connection(parts, socket).serve();
  });
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new Fault('PORT_TAKEN', { host, port }, cause));
    });
    server.listen(port, host, resolve);
  });
}

class Connection {
  readonly #parts: BrokerServerParts;
  readonly #socket: Socket;
  #session: BrokerSession | undefined;
  #account = '';
  /** Calls are served one after the other, as they came. */
  #served: Promise<void> = Promise.resolve();
  readonly #handedOver = new Map<string, number>();

  constructor(parts: BrokerServerParts, socket: Socket) {
    this.#parts = parts;
    this.#socket = socket;
  }

  serve(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#served = this.#served.then(() => this.#session?.close());
    });
    onLines(this.#socket, (line) => {
      this.#served = this.#served.then(() => this.#take(line));
    });
  }

  async #take(line: string): Promise<void> {
    try {
      const call = decodeMessage(line) as BrokerCall;
      const says = await this.#answer(call);
      this.#parts.faults.say(() => {
        this.#send(says);
      });
    } catch (thrown) {
      this.#parts.onFault('serve a session', faultOf(thrown));
      this.#socket.destroy();
    }
  }

  async #answer(call: BrokerCall): Promise<BrokerSays> {
    try {
      return { id: call.id, gives: (await this.#do(call)) ?? null };
    } catch (thrown) {
      const { code, details } = faultOf(thrown);
      return { id: call.id, fault: { code, details } };
    }
  }

  async #do(call: BrokerCall): Promise<unknown> {
    if (call.call === 'open') {
      this.#account = call.asks.account;
      this.#session = await this.#parts.broker.open({
        ...call.asks,
        onFacts: (facts) => {
          this.#tell(facts);
        },
        onLost: () => this.#socket.destroy(),
      });
      return null;
    }
    const session = this.#session;
    if (session === undefined) throw new Fault('ARGUMENT_INVALID', { rule: 'open comes first' });
    switch (call.call) {
      case 'submit':
        return this.#submit(session, call.asks);
      case 'cancel':
        return session.cancel(call.asks);
      case 'replace':
        return session.replace(call.asks);
      case 'lookup':
        return session.lookup(call.asks.clientOrderId);
      case 'executionsSince':
        return session.executionsSince(call.asks.sinceMicros);
    }
  }

  /** As a broker would that knows its orders again, one that calls them duplicates, or one that takes all there is. */
  async #submit(session: BrokerSession, order: BrokerOrder): Promise<void> {
    const { faults, clock } = this.#parts;
    const { clientOrderId } = order;
    const known = (await session.lookup(clientOrderId)).kind === 'found';
    faults.handedOver++;
    if (!known || faults.now.duplicates === 'repeat') return session.submit(order);
    if (faults.now.duplicates === 'accept') {
      const times = (this.#handedOver.get(clientOrderId) ?? 1) + 1;
      this.#handedOver.set(clientOrderId, times);
      return session.submit({ ...order, clientOrderId: `${clientOrderId}-${times}` });
    }
    const reason = `duplicate order of ${this.#account}`;
    const fact = { kind: 'rejected', reason, atMicros: clock.nowMicros() } as const;
    this.#tell([{ clientOrderId, fact }]);
  }

  #tell(facts: readonly BrokerFact[]): void {
    this.#parts.faults.say(() => {
      this.#send({ facts });
    });
  }

  #send(says: BrokerSays): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeMessage(says));
  }
}
