/** What a lost, late or repeated answer does, and what a second or a paused instance may not do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDecimal } from '@tickmesh/kernel';
import type { OrderFact } from '@tickmesh/domain-orders';
import type { BrokerFact } from './app/ports.ts';
import { changedBroker } from './testing/changed-broker.ts';
import { expectOneOrder } from './testing/one-order.ts';
import { type Rig, openRig, until } from './testing/rig.ts';

const LIMITS = fileURLToPath(new URL('./testing/limits.yaml', import.meta.url));
let rig: Rig;

beforeEach(async () => {
  rig = await openRig(LIMITS);
});

afterEach(async () => {
  await rig.close();
});

describe('two instances', () => {
  it('have one owner; when it is killed the other takes over and nothing is sent twice', async () => {
    const first = await rig.spawn();
    await until('the first owns the account', async () => (await owner()) !== undefined);
    const firstOwner = await owner();
    await rig.spawn();
    await rig.quote();
    const one = await rig.intent({ name: 'one' });
    await rig.reported(one, 'FILLED');
    first.kill('SIGKILL');
    await until('another owns the account', async () => (await owner()) !== firstOwner);
    await rig.quote();
    const two = await rig.intent({ name: 'two' });
    await rig.reported(two, 'FILLED');
    const orders = await rig.database.query('select 1 from paper_broker.orders');
    expect(orders).toHaveLength(2);
    expect(rig.statuses(one).filter((status) => status === 'FILLED')).toHaveLength(1);
  });

  it('never both send: one that was paused past its lease wakes up fenced', async () => {
    const paused = await rig.spawn();
    await rig.quote();
    const one = await rig.intent({ name: 'one' });
    await rig.reported(one, 'FILLED');
    const before = await epoch();
    paused.kill('SIGSTOP');
    await rig.spawn();
    await until('the account has a new owner', async () => (await epoch()) > before);
    paused.kill('SIGCONT');
    await rig.quote();
    const two = await rig.intent({ name: 'two' });
    await rig.reported(two, 'FILLED');
    await sleep(500);
    const sendings = await rig.database.query(
      `select intent_id from order_plane.facts where fact->>'kind' = 'sending'`,
    );
    expect(sendings).toHaveLength(2);
    expect(await rig.database.query('select 1 from paper_broker.orders')).toHaveLength(2);
  });

  async function owner(): Promise<string | undefined> {
    const [row] = await rig.database.query<{ holder: string }>(
      `select holder from order_plane.leases where account = 'PAPER-1' and expires_at > clock_timestamp()`,
    );
    return row?.holder;
  }

  async function epoch(): Promise<bigint> {
    const [row] = await rig.database.query<{ epoch: bigint }>(
      `select epoch from order_plane.leases where account = 'PAPER-1'`,
    );
    return row?.epoch ?? 0n;
  }
});

describe('an answer that is lost', () => {
  const gone = (): Promise<never> => Promise.reject(new Error('the line is dead'));

  it('makes the order UNKNOWN; the broker, asked, has it, and it is adopted', async () => {
    let isHeard = false;
    await rig.open({
      wrapBroker: (broker) => ({
        name: broker.name,
        open: async (options) => {
          const onFacts: typeof options.onFacts = (facts) => {
            if (isHeard) options.onFacts(facts);
          };
          const session = await broker.open({ ...options, onFacts });
          return {
            submit: async (order) => {
              await session.submit(order);
              throw new Error('the line is dead');
            },
            cancel: gone,
            replace: gone,
            lookup: (id) => (isHeard ? session.lookup(id) : gone()),
            // Asked from time to time: it must not tell what the lost answer would have.
            executionsSince: async (since) => (isHeard ? session.executionsSince(since) : []),
            close: () => session.close(),
          };
        },
      }),
    });
    await rig.quote();
    const id = await rig.intent({ name: 'lost' });
    await rig.reported(id, 'UNKNOWN');
    const next = await rig.intent({ name: 'next' });
    const refused = await rig.reported(next, 'REJECTED');
    expect(refused.reject_reason).toContain('UNRESOLVED_ORDER');
    isHeard = true;
    await rig.reported(id, 'FILLED');
    expect(rig.statuses(id).slice(0, 2)).toEqual(['SUBMITTED', 'UNKNOWN']);
    await expectOneOrder(rig, id);
  });

  it('before the broker had the order: it is proved absent and sent once more, under the same id', async () => {
    const ids: string[] = [];
    await rig.open({
      wrapBroker: changedBroker((session) => ({
        submit: async (order) => {
          ids.push(order.clientOrderId);
          if (ids.length === 1) await gone();
          await session.submit(order);
        },
      })),
    });
    await rig.quote();
    const id = await rig.intent({ name: 'absent' });
    await rig.reported(id, 'FILLED');
    expect(rig.statuses(id)).toEqual([
      'SUBMITTED',
      'UNKNOWN',
      'SUBMITTED',
      'ACKNOWLEDGED',
      'FILLED',
    ]);
    expect(ids).toEqual([ids[0], ids[0]]);
    await expectOneOrder(rig, id);
  });

  it('that told of a fill is asked for after a restart, though the order is closed by then', async () => {
    // Nor does it say so while it is asked from time to time: the restart has to find it.
    const silent = changedBroker(() => ({ executionsSince: () => Promise.resolve([]) }));
    const deaf = await rig.open({
      wrapBroker: (broker) =>
        silent({
          name: broker.name,
          open: (options) =>
            broker.open({
              ...options,
              onFacts: (facts) => {
                options.onFacts(facts.filter(({ fact }) => fact.kind !== 'fill'));
              },
            }),
        }),
    });
    await rig.quote({ ask_size: 4 });
    const id = await rig.intent({ name: 'deaf', time_in_force: 'IOC' });
    expect((await rig.reported(id, 'CANCELED')).filled_quantity).toBe(0n);
    await deaf.consumer.stop();
    await deaf.plane.stop();
    await rig.open();
    await until('the fill is told', () =>
      rig.reports.some((report) => report.filled_quantity === parseDecimal('4')),
    );
    const [row] = await rig.database.query('select quantity from order_plane.positions');
    expect(row).toEqual({ quantity: '4' });
    expect(rig.statuses(id)).toEqual(['SUBMITTED', 'ACKNOWLEDGED', 'CANCELED', 'CANCELED']);
  });

  it('that comes late and twice changes nothing', async () => {
    await rig.open({
      wrapBroker: (broker) => ({
        name: broker.name,
        open: (options) =>
          broker.open({
            ...options,
            onFacts: (facts) => {
              const repeat = (): void => options.onFacts([...facts, ...facts].reverse());
              setTimeout(repeat, 700);
            },
          }),
      }),
    });
    await rig.quote();
    const id = await rig.intent({ name: 'late' });
    await rig.reported(id, 'FILLED');
    await sleep(1_000);
    await expectOneOrder(rig, id);
  });

  it('is asked for without end while the broker cannot say, and the order stays visibly UNKNOWN', async () => {
    let asked = 0;
    await rig.open({
      wrapBroker: changedBroker(() => ({
        submit: gone,
        lookup: () => {
          asked++;
          return gone();
        },
      })),
    });
    await rig.quote();
    const id = await rig.intent({ name: 'dark', quantity: parseDecimal('10') });
    await rig.reported(id, 'UNKNOWN');
    await until('it was asked for again and again', () => asked > 3);
    expect(rig.statuses(id)).toEqual(['SUBMITTED', 'UNKNOWN']);
    const [row] = await rig.database.query('select status, unresolved from order_plane.orders');
    expect(row).toEqual({ status: 'UNKNOWN', unresolved: true });
  });
});

describe('a broker that fills more than was wanted', () => {
  it('is booked in full, and the market may only be reduced until a person re-arms it', async () => {
    const doubled = (fact: OrderFact): OrderFact =>
      fact.kind === 'fill' ? { ...fact, quantity: fact.quantity * 2n } : fact;
    const doubledAll = (facts: readonly BrokerFact[]): BrokerFact[] =>
      facts.map(({ clientOrderId, fact }) => ({ clientOrderId, fact: doubled(fact) }));
    const { plane } = await rig.open({
      wrapBroker: (broker) => ({
        name: broker.name,
        open: async (options) => {
          const session = await broker.open({
            ...options,
            onFacts: (facts) => {
              options.onFacts(doubledAll(facts));
            },
          });
          // It says the same whenever it is asked.
          return {
            submit: (order) => session.submit(order),
            cancel: (request) => session.cancel(request),
            replace: (request) => session.replace(request),
            lookup: async (id) => {
              const answer = await session.lookup(id);
              if (answer.kind === 'absent') return answer;
              return { kind: 'found', facts: answer.facts.map(doubled) };
            },
            executionsSince: async (since) => doubledAll(await session.executionsSince(since)),
            close: () => session.close(),
          };
        },
      }),
    });
    await rig.quote();
    const over = await rig.reported(await rig.intent({ name: 'over' }), 'FILLED');
    expect([over.overfill, over.filled_quantity]).toEqual([true, parseDecimal('20')]);
    const refused = await rig.reported(await rig.intent({ name: 'more' }), 'REJECTED');
    expect(refused.reject_reason).toContain('REDUCING_ONLY');
    expect(refused.reject_reason).toContain('overfill: 10');
    await rig.reported(await rig.intent({ name: 'less', direction: 'SELL' }), 'FILLED');
    const halted = { level: 'instrument', scope: 'SIM|AAPL', reason: 'settled' } as const;
    await plane.rearm({ ...halted, by: 'ann' });
    await plane.rearm({ ...halted, by: 'bob' });
    await rig.reported(await rig.intent({ name: 'again' }), 'FILLED');
    const [row] = await rig.database.query('select quantity from order_plane.positions');
    expect(row).toEqual({ quantity: '20' });
  });
});
