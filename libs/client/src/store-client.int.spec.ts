/** The client against the real store: real sockets, real tokens, a real database. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type EntityExpressions,
  type EntityValue,
  ORDER,
  SIGNAL,
  TRADE,
  column,
  defineEntity,
} from '@tickmesh/domain-columns';
import { type Fault, faultOf, parseRfc3339 } from '@tickmesh/kernel';
import { StoreService } from '@tickmesh/store/testing';
import type { Delivered, EventOf, StoreClient } from './index.ts';
import { connectStore } from './node/index.ts';

const DATA: EntityValue<typeof TRADE> = {
  symbol: 'AAPL',
  quantity: 100,
  price: 228.5,
  side: 'BUY',
  timestamp: at('2026-02-22T10:00:00Z'),
};

let service: StoreService;
const clients: StoreClient[] = [];
let alice: StoreClient;
let bob: StoreClient;

beforeAll(async () => {
  service = await StoreService.start();
  alice = clientOf('alice', 'trader');
  bob = clientOf('bob', 'trader');
});
afterAll(async () => {
  for (const client of clients) client.close();
  await service.close();
});

function at(text: string): number {
  return parseRfc3339(text) ?? NaN;
}

function clientOf(name: string, ...roles: Parameters<StoreService['tokenOf']>[1][]): StoreClient {
  const client = connectStore({
    url: service.grpcUrl,
    token: () => service.tokenOf(name, ...roles),
    backoffMs: 20,
    attemptsMax: 100,
  });
  clients.push(client);
  return client;
}

const refusal = (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => {
      throw new Error('nothing was refused');
    },
    (thrown: unknown) => faultOf(thrown),
  );
const codeOf = async (work: Promise<unknown>): Promise<string> => (await refusal(work)).code;

describe('a typed client', () => {
  it('writes, corrects, and reads as of both times', async () => {
    const validFrom = at('2026-02-22T10:00:00Z');
    const made = await alice.write(TRADE, DATA, { validFrom });
    expect(made).toMatchObject({ version: 1, eventType: 'CREATED', data: DATA, owner: 'alice' });
    const data = { ...made.data, price: 229 };
    const fixed = await alice.update(TRADE, { seen: made, data, validFrom });
    expect(fixed).toMatchObject({ version: 2, eventType: 'CORRECTED', data: { price: 229 } });
    expect(fixed.txTime).toBeGreaterThan(made.txTime);
    expect(await alice.read(TRADE, made.entityId)).toEqual(fixed);
    const validTime = at('2026-02-22T12:00:00Z');
    const asked = (txTime?: number): Promise<EventOf<typeof TRADE> | undefined> =>
      alice.asOf(TRADE, made.entityId, { txTime, validTime });
    expect(await asked()).toEqual(fixed);
    expect(await asked(made.txTime)).toEqual(made);
    expect(await asked(made.txTime - 1)).toBeUndefined();
    expect((await alice.history(TRADE, made.entityId)).items).toEqual([made, fixed]);
    expect((await alice.history(TRADE, made.entityId, { pageSize: 1 })).hasMore).toBe(true);
    expect((await alice.audit(made.entityId)).items).toMatchObject([
      { version: 1, changedBy: 'alice', stateChange: null },
      { version: 2, eventType: 'CORRECTED' },
    ]);
  });

  it('keeps the type of what it asked for', async () => {
    const { entityId, version } = await alice.write(TRADE, DATA);
    expect(await alice.read(ORDER, entityId)).toBeUndefined();
    expect(await alice.asOf(ORDER, entityId, {})).toBeUndefined();
    expect(await alice.history(ORDER, entityId)).toEqual({ items: [], hasMore: false });
    const ended = await refusal(alice.delete(SIGNAL, { entityId, version }));
    expect([ended.code, ended.details['entity']]).toEqual(['ENTITY_INVALID', 'Signal']);
  });

  it('batches are whole or nothing', async () => {
    const writes = [1, 2, 3].map((price) => ({ data: { ...DATA, symbol: 'BATCH', price } }));
    const made = await alice.writeMany(TRADE, writes);
    expect(new Set(made.map(({ txTime }) => txTime)).size).toBe(1);
    const updates = made.map((seen) => ({ seen, data: { ...seen.data, price: 9 } }));
    const [first, ...rest] = updates as [(typeof updates)[0], ...typeof updates];
    const stale = { ...first, seen: { ...first.seen, version: 7 } };
    expect(await codeOf(alice.updateMany(TRADE, [...rest, stale]))).toBe('VERSION_CONFLICT');
    const nines = { filter: 'symbol == "BATCH" and price == 9' };
    expect(await alice.count(TRADE, nines)).toBe(0n);
    const updated = await alice.updateMany(TRADE, updates);
    expect(await alice.count(TRADE, nines)).toBe(3n);
    await alice.deleteMany(
      TRADE,
      updated.map((seen) => ({ seen })),
    );
    expect(await alice.count(TRADE, nines)).toBe(0n);
  });

  it('pages through a query with a filter that the compiler has checked', async () => {
    const strengths = [0.1, 0.2, 0.3, 0.4, 0.5];
    const data = { symbol: 'PAGE', direction: 'LONG', model_name: 'm', notes: null } as const;
    const writes = strengths.map((strength) => ({ data: { ...data, strength, timestamp: null } }));
    await alice.writeMany(SIGNAL, writes);
    const strong = ({ symbol, strength }: EntityExpressions<typeof SIGNAL>) =>
      symbol.eq('PAGE').and(strength.ge(0.2));
    const filter = { filter: strong, pageSize: 2 };
    const page = await alice.query(SIGNAL, filter);
    expect(page.events).toHaveLength(2);
    expect(page.nextPageToken).toBeDefined();
    const found: number[] = [];
    for await (const event of alice.queryAll(SIGNAL, filter)) found.push(event.data.strength);
    expect(found.sort()).toEqual([0.2, 0.3, 0.4, 0.5]);
    expect(await alice.count(SIGNAL, { filter: strong })).toBe(4n);
    expect(await alice.count(SIGNAL, { filter: 'symbol == "PAGE"' })).toBe(5n);
    const types = await alice.types();
    expect(types.map(({ entityType }) => entityType)).toEqual(['Signal', 'Trade']);
  });

  it('moves along the machine, and is told why not by code and facts', async () => {
    const data = { ...DATA, quantity: 0, order_type: 'LIMIT' as const };
    const seen = await alice.write(ORDER, data);
    expect(seen.state).toBe('PENDING');
    const unheard = await refusal(alice.transition(ORDER, { seen, toState: 'SETTLED' }));
    expect([unheard.code, unheard.details['from'], unheard.details['to']]).toEqual([
      'TRANSITION_INVALID',
      'PENDING',
      'SETTLED',
    ]);
    expect(await codeOf(alice.transition(ORDER, { seen, toState: 'CANCELLED' }))).toBe(
      'TRANSITION_NOT_PERMITTED',
    );
    expect(await codeOf(alice.transition(ORDER, { seen, toState: 'FILLED' }))).toBe('GUARD_FAILED');
    const whole = { ...seen.data, quantity: 5 };
    const filled = { seen, toState: 'FILLED', data: whole, key: 'fill-1' };
    const { event } = await alice.transition(ORDER, filled);
    expect(event).toMatchObject({ state: 'FILLED', eventType: 'STATE_CHANGE', data: whole });
    expect((await alice.transition(ORDER, filled)).event).toEqual(event);
    const other = { ...filled, data: { ...whole, quantity: 6 } };
    expect(await codeOf(alice.transition(ORDER, other))).toBe('ARGUMENT_INVALID');
    const again = await refusal(alice.transition(ORDER, { seen, toState: 'FILLED' }));
    expect(again.code).toBe('VERSION_CONFLICT');
    const [settled] = await alice.transitionMany(ORDER, [{ seen: event, toState: 'SETTLED' }]);
    expect(settled?.event.version).toBe(3);
    expect(await alice.count(ORDER, { states: ['SETTLED'] })).toBe(1n);
  });

  it('ends an entity, which then takes no change', async () => {
    const made = await alice.write(TRADE, DATA);
    const gone = await alice.delete(TRADE, made);
    expect(gone).toMatchObject({ eventType: 'DELETED', version: 2 });
    expect(await alice.read(TRADE, made.entityId)).toBeUndefined();
    expect(await codeOf(alice.update(TRADE, { seen: gone, data: DATA }))).toBe('ENTITY_DELETED');
    expect(await alice.asOf(TRADE, made.entityId, {})).toBeUndefined();
    expect(await alice.asOf(TRADE, made.entityId, { includeDeleted: true })).toEqual(gone);
  });

  it('shares, and takes back', async () => {
    const { entityId, version, data } = await alice.write(TRADE, DATA);
    const seen = { entityId, version };
    expect(await bob.read(TRADE, entityId)).toBeUndefined();
    expect(await alice.share(entityId, { grantee: 'bob', right: 'read' })).toBe(true);
    expect(await alice.share(entityId, { grantee: 'bob', right: 'read' })).toBe(false);
    expect(await bob.read(TRADE, entityId)).toMatchObject({ data });
    expect(await codeOf(bob.update(TRADE, { seen, data }))).toBe('NOT_ALLOWED');
    expect(await bob.shares(entityId)).toEqual({ owner: 'alice', readers: ['bob'], writers: [] });
    expect(await alice.unshare(entityId, { grantee: 'bob', right: 'read' })).toBe(true);
    expect(await codeOf(bob.shares(entityId))).toBe('NOT_FOUND');
  });

  it('makes one entity of a write that is repeated under its key', async () => {
    await alice.write(TRADE, DATA, { key: 'fill 17' });
    expect(await codeOf(alice.write(TRADE, DATA, { key: 'fill 17' }))).toBe('VERSION_CONFLICT');
  });
});

describe('what is wrong', () => {
  it('is refused before it is sent, with every rule that is broken', async () => {
    const broken = { ...DATA, price: -1, side: 'HOLD' } as unknown as typeof DATA;
    const fault = await refusal(alice.write(TRADE, broken));
    expect(fault.code).toBe('COLUMN_VALUE');
    expect(fault.details['problems']).toMatchObject([{ field: 'price' }, { field: 'side' }]);
    expect(await codeOf(alice.count(TRADE, { filter: 'price +' }))).toBe('EXPR_SYNTAX');
    expect(await codeOf(alice.count(TRADE, { filter: 'colour == "red"' }))).toBe('EXPR_FIELD');
    expect(await codeOf(alice.asOf(TRADE, 'x', { txTime: 0.5 }))).toBe('ARGUMENT_INVALID');
  });

  it('is told by the store with its facts', async () => {
    const data = { ...DATA, price: -1 };
    const fault = await refusal(alice.plain.write({ entityType: 'Trade', data }));
    expect(fault.code).toBe('COLUMN_VALUE');
    expect(JSON.stringify(fault.details)).toContain('"field":"price"');
    const Desk = defineEntity('Desk', { symbol: column.symbol });
    const unknown = await refusal(alice.write(Desk, { symbol: 'X' }));
    expect([unknown.code, unknown.details['type']]).toEqual(['ENTITY_TYPE_UNKNOWN', 'Desk']);
  });

  it('is refused by the compiler', () => {
    /* eslint-disable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access --
       what the compiler refuses has no type */
    const checks = [
      // @ts-expect-error a Trade has no field of that name
      () => alice.write(TRADE, { ...DATA, colour: 'red' }),
      // @ts-expect-error a price is a number
      () => alice.write(TRADE, { ...DATA, price: '1' }),
      // @ts-expect-error the fields of a filter are those of the entity
      () => alice.query(TRADE, { filter: ({ strength }) => strength.gt(0) }),
      // @ts-expect-error a symbol is no number
      () => alice.query(TRADE, { filter: ({ symbol }) => symbol.gt(5) }),
      // @ts-expect-error a filter is a condition
      () => alice.query(TRADE, { filter: ({ price }) => price }),
      // @ts-expect-error a Trade has no strength
      async () => (await alice.read(TRADE, ''))?.data.strength,
    ];
    /* eslint-enable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access */
    expect(checks).toHaveLength(6);
  });
});

describe('a token', () => {
  it('that is refused is asked for once more, and the change is made once', async () => {
    const asked: (string | undefined)[] = [];
    const stale = await service.issuer.sign({ sub: 'carol', roles: ['trader'], exp: 1 });
    const token = (refused?: string): string | Promise<string> => {
      asked.push(refused);
      return refused === undefined ? stale : service.tokenOf('carol', 'trader');
    };
    const carol = connectStore({ url: service.grpcUrl, token });
    clients.push(carol);
    await carol.write(TRADE, DATA);
    expect(asked).toEqual([undefined, stale]);
    expect(await carol.count(TRADE)).toBe(1n);
    const stuck = connectStore({ url: service.grpcUrl, token: () => stale });
    clients.push(stuck);
    expect(await codeOf(stuck.count(TRADE))).toBe('TOKEN_REFUSED');
  });

  it('of nobody is nobody, and an address is one', async () => {
    expect(await codeOf(clientOf('nemo').count(TRADE))).toBe('NOT_ALLOWED');
    const token = (): string => '';
    expect(() => connectStore({ url: '127.0.0.1:4004', token })).toThrow('grpc://host:port');
    expect(() => connectStore({ url: service.grpcUrl, token, timeoutMs: 0 })).toThrow('timeoutMs');
  });
});

describe('a subscription', () => {
  const take = async (
    stream: AsyncIterable<Delivered<EventOf<typeof TRADE>>>,
    count: number,
  ): Promise<Delivered<EventOf<typeof TRADE>>[]> => {
    const taken: Delivered<EventOf<typeof TRADE>>[] = [];
    for await (const delivered of stream) {
      if (delivered.event !== undefined) taken.push(delivered);
      if (taken.length === count) break;
    }
    return taken;
  };
  const prices = (of: readonly Delivered<EventOf<typeof TRADE>>[]) =>
    of.map(({ event }) => event?.data.price);

  it('gives every event in order, goes on at its checkpoint, and through an outage', async () => {
    const dora = clientOf('dora', 'trader');
    await dora.writeMany(
      TRADE,
      [1, 2, 3].map((price) => ({ data: { ...DATA, price } })),
    );
    await dora.write(SIGNAL, {
      ...{ symbol: 'X', direction: 'LONG', strength: 1, model_name: 'm', notes: null },
      timestamp: null,
    });
    const wish = { subscriber: 'desk', fromBeginning: true };
    const first = await take(dora.subscribe([TRADE], wish), 2);
    expect(prices(first)).toEqual([1, 2]);
    expect(await dora.checkpoint('desk')).toBeUndefined();
    await dora.moveCheckpoint('desk', first[1]?.cursor ?? '');
    expect((await dora.checkpoint('desk'))?.movedAt).toBeGreaterThan(0);
    const rest = take(dora.subscribe([TRADE], wish), 3);
    await dora.write(TRADE, { ...DATA, price: 4 });
    await service.away();
    await service.serve();
    await dora.write(TRADE, { ...DATA, price: 5 });
    expect(prices(await rest)).toEqual([3, 4, 5]);
  });

  it('ends when it is told to, and with a fault when the store stays away', async () => {
    const ending = new AbortController();
    const stream = bob.subscribe([TRADE], {}, ending.signal);
    const first = await stream.next();
    expect(first.value?.cursor).not.toBe('');
    ending.abort();
    expect((await stream.next()).done).toBe(true);
    const nowhere = connectStore({
      url: 'grpc://127.0.0.1:1',
      token: () => 'none',
      attemptsMax: 2,
      backoffMs: 1,
    });
    clients.push(nowhere);
    expect(await codeOf(nowhere.subscribe([TRADE]).next())).toBe('SERVICE_UNREACHABLE');
    expect(await codeOf(nowhere.count(TRADE))).toBe('SERVICE_UNREACHABLE');
  });
});

describe('the README', () => {
  it('has code that runs and gives what its comment says', async () => {
    const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, sample = ''] = /^```ts\n([^]*?)^```$/m.exec(text) ?? [];
    const [, said = ''] = /; \/\/ '(\w+)'$/m.exec(sample) ?? [];
    const source = sample
      .replace(/^import .*\n/gm, '')
      .replace('grpc://127.0.0.1:4004', service.grpcUrl);
    const parts = { connectStore, TRADE, tokenOfMine: () => service.tokenOf('eve', 'trader') };
    // The page is our own text.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const run = new Function(
      ...Object.keys(parts),
      `"use strict"; return (async () => {\n${source}\nreturn what;\n})();`,
    ) as (...values: unknown[]) => Promise<unknown>;
    expect(await run(...Object.values(parts))).toBe(said);
    expect(said).toBe('CORRECTED');
  });
});
