/**
 * Cure of kafkajs' fetch requests, for speed. Each lists every partition of its consumer and is answered for every one,
 * although most have nothing new most of the time: with a dozen partitions that is most of what a fetch costs, on both
 * sides. kafkajs knows the fields of fetch sessions and leaves them empty; here its consumers use them.
 *
 * Format: Kafka protocol guide, Fetch request v7 and later; KIP-227.
 */
import { assert } from '@tickmesh/kernel';
import { FetchSession, type SessionRequest, type WantedTopics } from './fetch-session.ts';

interface FetchOptions {
  readonly topics: WantedTopics;
}

interface FetchAnswer {
  readonly throttleTime: number;
  /** Of the whole request; kafkajs itself looks at those of partitions only. */
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly object[];
}

interface FetchProtocol {
  readonly request: object;
  readonly response: object;
}

type FetchMaker = (options: FetchOptions & SessionRequest) => FetchProtocol;

/** A connection to one broker; each consumer has its own. */
export interface SessionBroker {
  /** What the broker speaks, by the number of the request; null until it is connected. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>> | null;
  lookupRequest: (apiKey: number, definition: unknown) => FetchMaker;
  fetch: (this: SessionBroker, options: FetchOptions) => Promise<FetchAnswer>;
}

type SendRequest = (this: SessionBroker, protocol: FetchProtocol) => Promise<FetchAnswer>;

interface Held {
  readonly session: FetchSession;
  isAsking: boolean;
}

const FETCH_KEY = 1;
/** The first version whose fields speak of sessions. */
const SESSION_VERSION = 7;

const held = new WeakMap<SessionBroker, Held>();

/** From now on the broker's fetches, one after the other, are of one session. */
export function useFetchSession(broker: SessionBroker): void {
  if (!held.has(broker)) held.set(broker, { session: new FetchSession(), isAsking: false });
}

/** A fetch of a broker without `useFetchSession` is kafkajs' own. */
export function cureFetchRequests(require: NodeJS.Require): void {
  const broker = (require('kafkajs/src/broker') as { prototype: SessionBroker }).prototype;
  const definition: unknown = require('kafkajs/src/protocol/requests/fetch');
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error;
  };
  const symbol = Object.getOwnPropertySymbols(broker).find(
    ({ description }) => description === 'private:Broker:sendRequest',
  );
  assert(symbol !== undefined, 'A kafkajs broker sends requests');
  const { fetch } = broker;
  assert(typeof fetch === 'function', 'A kafkajs broker fetches');
  const send = (broker as unknown as Readonly<Record<symbol, SendRequest>>)[symbol]!;
  broker.fetch = async function (options): Promise<FetchAnswer> {
    const own = held.get(this);
    // Requests of a session must not overlap.
    if (own === undefined || own.isAsking || !speaksOfSessions(this)) {
      return fetch.call(this, options);
    }
    const { session } = own;
    own.isAsking = true;
    try {
      const request = session.next(options.topics);
      const make = this.lookupRequest(FETCH_KEY, definition);
      const answer = await send.call(this, make({ ...options, ...request }));
      if (answer.errorCode === 0) session.answered(answer.sessionId);
      else if (request.sessionId === 0) throw createErrorFromCode(answer.errorCode);
      else session.end();
      return answer;
    } catch (error) {
      session.end();
      throw error;
    } finally {
      own.isAsking = false;
    }
  };
}

function speaksOfSessions({ versions }: SessionBroker): boolean {
  const spoken = versions?.[FETCH_KEY];
  return spoken !== undefined && spoken.maxVersion >= SESSION_VERSION;
}
