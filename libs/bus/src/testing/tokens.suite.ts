/** What becomes of traffic while tokens end, their provider is away, or they are refused. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OidcProvider } from '@tickmesh/test-runner/oidc';
import { type Fault, faultOf } from '@tickmesh/kernel';
import {
  Applied,
  type BusParts,
  type TestBus,
  type TestBusOptions,
  openTestBus,
  storeMessage,
  until,
} from './harness.ts';
import { defaults } from './members.ts';

const TOPICS = ['store_events', 'dlq_store_events'] as const;
const QUEUE = 'dlq_store_events';
const TROUBLE: readonly string[] = ['publish.failed', 'consumer.restarting', 'consumer.waiting'];

export interface TokenParts {
  readonly parts: BusParts;
  readonly provider: OidcProvider;
  readonly clientId: string;
  readonly tokenLifeMs: number;
  /** The same broker for a client whose tokens come from a provider that the broker does not know. */
  readonly strangers: BusParts;
}

export function tokensSuite(tokenParts: () => TokenParts): void {
  describe('tokens', () => {
    const closing: (() => Promise<void>)[] = [];
    const open = async (options: TestBusOptions, on = tokenParts().parts): Promise<TestBus> => {
      const bus = await openTestBus(on, options);
      closing.push(bus.close);
      return bus;
    };
    const start = async (test: TestBus): Promise<Traffic> => {
      const traffic = await startTraffic(test);
      closing.push(traffic.stop);
      return traffic;
    };
    let provider: OidcProvider;
    beforeEach(() => {
      ({ provider } = tokenParts());
    });
    afterEach(async () => {
      provider.setDown(false);
      provider.restore(tokenParts().clientId);
      for (const close of closing.splice(0).toReversed()) await close();
    });

    it('end and are renewed under running traffic, three lives long, without an error or a gap', async () => {
      const test = await open({ topics: TOPICS });
      const grantedBefore = provider.granted;
      const traffic = await start(test);
      // A broker that has just started still loads its groups; what is looked at comes behind that.
      const started = test.events.length;
      await sleep(3 * tokenParts().tokenLifeMs);
      await traffic.stop();
      const { applied, published, faults } = traffic;
      await until(() => applied.count === published.length, 'all is applied');
      expect(faults).toEqual([]);
      expect(applied.numbers()).toEqual(published);
      expect(applied.isInOrder()).toBe(true);
      const trouble = test.events.slice(started).filter(({ event }) => TROUBLE.includes(event));
      expect(trouble).toEqual([]);
      // At half of each life, and one for all of the connections.
      const granted = provider.granted - grantedBefore;
      expect(granted).toBeGreaterThanOrEqual(4);
      expect(granted).toBeLessThanOrEqual(7);
    });

    it('end while a publisher is idle, and its next message goes out all the same', async () => {
      const { bus, events } = await open({ topics: TOPICS });
      await bus.publisher.publish(storeMessage('A', 1));
      await sleep(1.25 * tokenParts().tokenLifeMs);
      await bus.publisher.publish(storeMessage('A', 2));
      expect(events.map(({ event }) => event)).not.toContain('publish.failed');
    });

    it('serve on through the first half life of an outage of their provider', async () => {
      const test = await open({ topics: TOPICS });
      const traffic = await start(test);
      const { granted } = provider;
      await until(() => provider.granted > granted, 'a token is renewed');
      provider.setDown(true);
      await sleep(tokenParts().tokenLifeMs / 2);
      provider.setDown(false);
      await until(() => provider.granted > granted + 1, 'the next one is renewed');
      await traffic.stop();
      expect(traffic.faults).toEqual([]);
      await until(() => traffic.applied.count === traffic.published.length, 'all is applied');
    });

    it('that run out while their provider is away stop the traffic, and nothing is lost', async () => {
      const test = await open({ topics: TOPICS });
      const traffic = await start(test);
      provider.setDown(true);
      await until(() => traffic.faults.length > 0, 'a publish fails');
      await until(() => traffic.consumer.state().phase === 'waiting', 'the consumer waits');
      expect(traffic.consumer.state().reason).toContain(provider.issuer);
      const { broker } = await test.bus.health();
      expect(broker).toMatchObject({ isUp: false, code: 'SERVICE_UNREACHABLE' });
      provider.setDown(false);
      await traffic.flowsAgain();
      await traffic.stop();
      const codes = new Set(traffic.faults.map(({ code }) => code));
      expect([...codes]).toEqual(['SERVICE_UNREACHABLE']);
      await traffic.nothingIsLost();
    });

    it('that the broker refuses are told with its reason, by what is published and by what is consumed', async () => {
      const { config } = await open({ topics: TOPICS });
      const { strangers } = tokenParts();
      const { bus, group } = await open({ topics: TOPICS, prefix: config.topicPrefix! }, strangers);
      const refusal = {
        code: 'BROKER_CREDENTIALS',
        details: { mechanism: 'OAUTHBEARER', reason: expect.stringContaining('invalid_token') },
      };
      await expect(bus.publisher.publish(storeMessage('A', 1))).rejects.toMatchObject(refusal);
      const consumer = bus.consumer({ ...defaults(group('g')), handle: () => Promise.resolve() });
      await expect(consumer.start()).rejects.toMatchObject(refusal);
      expect(consumer.state().phase).toBe('failed');
      const { broker } = await bus.health();
      expect(broker).toMatchObject({ isUp: false, code: 'BROKER_CREDENTIALS' });
      expect(broker.reason).toContain('invalid_token');
    });

    it('of a client that was revoked run out, its records stay, and go on when it is restored', async () => {
      const { clientId } = tokenParts();
      const test = await open({ topics: TOPICS });
      const traffic = await start(test);
      provider.revoke(clientId);
      await until(() => traffic.faults.length > 0, 'a publish fails');
      await until(() => traffic.consumer.state().phase === 'waiting', 'the consumer waits');
      expect(traffic.consumer.state().reason).toContain('invalid_client');
      const refusal = { code: 'BROKER_CREDENTIALS', details: { reason: 'invalid_client' } };
      expect(traffic.faults[0]).toMatchObject(refusal);
      const late = await open({ topics: TOPICS, prefix: test.config.topicPrefix! });
      const consumer = late.bus.consumer({
        ...defaults(test.group('late')),
        handle: () => Promise.resolve(),
      });
      await expect(consumer.start()).rejects.toMatchObject(refusal);
      provider.restore(clientId);
      await traffic.flowsAgain();
      await traffic.stop();
      await traffic.nothingIsLost();
    });

    it('may be signed by another key, announced before, without an error', async () => {
      const test = await open({ topics: TOPICS });
      const traffic = await start(test);
      provider.announceKey();
      const { keyReads } = provider;
      await until(() => provider.keyReads > keyReads + 1, 'the broker has read the keys');
      provider.rotateKey();
      const { granted } = provider;
      await until(() => provider.granted > granted + 1, 'two tokens are signed by the new key');
      await traffic.stop();
      expect(traffic.faults).toEqual([]);
      await traffic.nothingIsLost();
    });

    it('may be signed by a key that nobody has heard of: refused until the broker has read it', async () => {
      const test = await open({ topics: TOPICS });
      const traffic = await start(test);
      provider.rotateKey();
      const { granted } = provider;
      await until(() => provider.granted > granted + 1, 'two tokens are signed by the new key');
      await traffic.flowsAgain();
      await traffic.stop();
      expect(new Set(traffic.faults.map(({ code }) => code)).size).toBeLessThanOrEqual(1);
      for (const { code } of traffic.faults) expect(code).toBe('BROKER_CREDENTIALS');
      await traffic.nothingIsLost();
    });
  });
}

interface Traffic {
  readonly applied: Applied;
  readonly consumer: ReturnType<TestBus['bus']['consumer']>;
  /** Numbers of what was acknowledged. */
  readonly published: readonly number[];
  readonly faults: readonly Fault[];
  flowsAgain(): Promise<void>;
  stop(): Promise<void>;
  /** All that was acknowledged is applied, and nothing was put aside. */
  nothingIsLost(): Promise<void>;
}

/** A message as soon as the last one is settled, and a consumer of them. */
async function startTraffic({ bus, group }: TestBus): Promise<Traffic> {
  const applied = new Applied();
  const consumer = bus.consumer({ ...defaults(group('g')), handle: applied.handle });
  await consumer.start();
  const published: number[] = [];
  const faults: Fault[] = [];
  const ended = new AbortController();
  const publishing = (async () => {
    for (let number = 0; !ended.signal.aborted; number++) {
      try {
        await bus.publisher.publish(storeMessage(`E${number % 10}`, number));
        published.push(number);
      } catch (thrown) {
        faults.push(faultOf(thrown));
      }
      await sleep(5);
    }
  })();
  await until(() => applied.count > 10, 'traffic flows');
  return {
    applied,
    consumer,
    published,
    faults,
    flowsAgain: async () => {
      const before = applied.count;
      await until(() => applied.count > before + 50, 'traffic flows again');
    },
    stop: async () => {
      ended.abort();
      await publishing;
    },
    nothingIsLost: async () => {
      const missing = (): number[] => {
        const seen = new Set(applied.numbers());
        return published.filter((number) => !seen.has(number));
      };
      await until(() => missing().length === 0, 'all that was acknowledged is applied');
      expect(await bus.deadLetters.list({ queue: QUEUE })).toEqual([]);
    },
  };
}
