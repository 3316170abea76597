/**
 * Random policies: whatever is shared with whomever, every path shows exactly what a predicate in TypeScript allows.
 * And non-interference: what happens to hidden rows changes no byte that somebody else can observe.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Random, seededRandom } from '@tickmesh/kernel';
import { type Caller, LOG_START, type StoredEvent } from './app/ports.ts';
import { type StoreRig, openStoreRig, person, refusal } from './testing/rig.ts';

const SEED = process.env['SEED'] ?? 'policies';
const PEOPLE = ['ann', 'ben', 'cid', 'dot', 'eve', 'fay'].map((name) => person(name));
const RIGHTS = ['read', 'write'] as const;

let rig: StoreRig;
beforeEach(async () => {
  rig = await openStoreRig();
});
afterEach(() => rig.close());

/** What the test knows of an entity, by its own bookkeeping. */
interface Known {
  readonly entityId: string;
  readonly entityType: string;
  readonly owner: string;
  readonly events: StoredEvent[];
  readonly readers: Set<string>;
  readonly writers: Set<string>;
}

/** The oracle. */
const maySee = ({ owner, readers, writers }: Known, { name }: Caller): boolean =>
  owner === name || readers.has(name) || writers.has(name);
const mayWrite = ({ owner, writers }: Known, { name }: Caller): boolean =>
  owner === name || writers.has(name);

const isGone = ({ events }: Known): boolean => events.at(-1)?.eventType === 'DELETED';

class World {
  readonly known: Known[] = [];
  readonly #random: Random;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.next() * items.length)] as T;
  }

  /** One thing that somebody tries; what comes of it must be what the oracle says. */
  async step(): Promise<void> {
    const { log } = rig.store;
    const who = this.pick(PEOPLE);
    const roll = this.#random.next();
    if (this.known.length === 0 || roll < 0.25) return this.#write(who);
    const one = this.pick(this.known);
    const { entityId, events } = one;
    const expectedVersion = events.length;
    if (roll < 0.5) {
      const { data } = one.events[0] as StoredEvent;
      const wish = { entityId, expectedVersion, data };
      return this.#change(one, who, () => log.update(who, wish));
    }
    if (roll < 0.55) {
      return this.#change(one, who, () => log.delete(who, { entityId, expectedVersion }));
    }
    const right = this.pick(RIGHTS);
    const grantee = this.pick(PEOPLE).name;
    const share = { entityId, grantee, right };
    const holders = right === 'read' ? one.readers : one.writers;
    const isGiven = roll < 0.85;
    const work = isGiven ? log.share(who, share) : log.unshare(who, share);
    if (!mayWrite(one, who)) {
      const { code } = await refusal(work);
      expect(code).toBe(maySee(one, who) ? 'NOT_ALLOWED' : 'NOT_FOUND');
      return;
    }
    const isChange = isGiven
      ? grantee !== one.owner && !holders.has(grantee)
      : holders.has(grantee);
    expect(await work).toBe(isChange);
    if (isChange && isGiven) holders.add(grantee);
    if (!isGiven) holders.delete(grantee);
  }

  async #write(who: Caller): Promise<void> {
    const entityType = this.pick(['Trade', 'Order']);
    const data = {
      symbol: 'AAPL',
      quantity: Math.floor(this.#random.next() * 10),
      price: 1,
      side: 'BUY',
    };
    const more = entityType === 'Order' ? { order_type: 'LIMIT' } : {};
    const event = await rig.store.log.write(who, { entityType, data: { ...data, ...more } });
    const { entityId, owner } = event;
    const shares = { readers: new Set<string>(), writers: new Set<string>() };
    this.known.push({ entityId, entityType, owner, events: [event], ...shares });
  }

  async #change(one: Known, who: Caller, work: () => Promise<StoredEvent>): Promise<void> {
    if (mayWrite(one, who) && !isGone(one)) {
      one.events.push(await work());
      return;
    }
    const { code } = await refusal(work());
    const expected = mayWrite(one, who) ? 'ENTITY_DELETED' : 'NOT_ALLOWED';
    expect(code).toBe(maySee(one, who) ? expected : 'NOT_FOUND');
  }
}

const idsOf = (items: readonly { readonly entityId: string }[]): string[] =>
  items.map(({ entityId }) => entityId).sort();

/** Every path, for one person, against the oracle. */
async function checkPaths(world: World, who: Caller): Promise<void> {
  const { log, reader } = rig.store;
  const seen = world.known.filter((one) => maySee(one, who));
  const living = seen.filter((one) => !isGone(one));
  for (const entityType of ['Trade', 'Order']) {
    const some = living.filter((one) => one.entityType === entityType);
    const filtered = some.filter(({ events }) => Number(events.at(-1)?.data['quantity']) > 4);
    const asking = { entityType, limit: 1_000 };
    expect(idsOf((await log.query(who, asking)).events)).toEqual(idsOf(some));
    const { events } = await log.query(who, { ...asking, filter: 'quantity > 4' });
    expect(idsOf(events)).toEqual(idsOf(filtered));
    const at = { txTime: world.known.at(-1)?.events[0]?.txTime };
    const past = seen.filter(
      (one) =>
        one.entityType === entityType &&
        one.events.findLast((event) => event.txTime <= (at.txTime ?? 0))?.eventType !== 'DELETED',
    );
    expect(idsOf((await log.query(who, { ...asking, ...at })).events)).toEqual(idsOf(past));
    expect(await log.count(who, { entityType, ...at })).toBe(BigInt(past.length));
    expect(await log.count(who, { entityType })).toBe(BigInt(some.length));
  }
  const types = new Set(living.map(({ entityType }) => entityType));
  expect(new Set((await log.types(who)).map(({ entityType }) => entityType))).toEqual(types);
  const { events: streamed } = await reader.readFrom(LOG_START, { caller: who, max: 1_000 });
  expect(streamed.map(({ entityId, version }) => `${entityId} ${version}`).sort()).toEqual(
    seen
      .flatMap(({ events }) => events.map(({ entityId, version }) => `${entityId} ${version}`))
      .sort(),
  );
  for (const one of world.known) {
    const { entityId, events } = one;
    const visible = maySee(one, who);
    const last = events.at(-1) as StoredEvent;
    expect(await log.read(who, entityId)).toEqual(visible && !isGone(one) ? last : undefined);
    expect((await log.history(who, { entityId })).items).toEqual(visible ? events : []);
    expect((await log.audit(who, { entityId })).items).toHaveLength(visible ? events.length : 0);
    const first = events[0] as StoredEvent;
    const asked = { entityId, txTime: first.txTime };
    expect(await log.asOf(who, asked)).toEqual(visible ? first : undefined);
    if (visible) {
      const [readers, writers] = [one.readers, one.writers].map((names) => [...names].sort());
      expect(await log.shares(who, entityId)).toEqual({ owner: one.owner, readers, writers });
    } else expect((await refusal(log.shares(who, entityId))).code).toBe('NOT_FOUND');
  }
}

describe('random policies', () => {
  it('no path shows more, or less, than the predicate allows', async () => {
    const world = new World(SEED);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 60; i++) await world.step();
      for (const who of PEOPLE) await checkPaths(world, who);
    }
  });
});

describe('non-interference', () => {
  it('changing hidden rows alone changes nothing that somebody else observes', async () => {
    const { log, reader, checkpoints } = rig.store;
    const [me, other] = [person('ann'), person('ben')];
    const data = { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY' };
    const write = (who: Caller, key?: string) => log.write(who, { entityType: 'Trade', data, key });
    const mine: StoredEvent[] = [];
    const hidden: StoredEvent[] = [];
    for (let i = 0; i < 5; i++) {
      mine.push(await write(me));
      hidden.push(await write(other));
    }
    const [first, second] = hidden as [StoredEvent, StoredEvent];
    const asked = mine.at(-1)?.txTime;
    const observe = async (): Promise<string[]> => {
      const page = await log.query(me, { entityType: 'Trade', limit: 2 });
      const wish = { expectedVersion: 1, data };
      const observed = [
        page,
        await log.query(me, { entityType: 'Trade', limit: 2, pageToken: page.nextPageToken }),
        await log.query(me, { entityType: 'Trade', txTime: asked }),
        String(await log.count(me, {})),
        (await log.types(me)).map(({ entityType, count }) => `${entityType} ${count}`),
        await Promise.all(
          [...mine, ...hidden].flatMap(({ entityId }) => [
            log.read(me, entityId),
            log.history(me, { entityId }),
            log.audit(me, { entityId }),
            log.asOf(me, { entityId, txTime: asked, includeDeleted: true }),
          ]),
        ),
        await Promise.all(
          hidden.map(
            async ({ entityId }) => (await refusal(log.update(me, { entityId, ...wish }))).message,
          ),
        ),
        // Positions leave sealed, and no two tokens are alike.
        (await reader.readFrom(LOG_START, { caller: me, max: 100 })).events.map((event) => ({
          ...event,
          position: undefined,
        })),
        await log.shares(me, mine[0]?.entityId ?? ''),
      ];
      return observed.map((part) => JSON.stringify(part));
    };
    const before = await observe();
    await log.update(other, {
      entityId: first.entityId,
      expectedVersion: 1,
      data: { ...data, price: 9 },
    });
    await log.delete(other, { entityId: second.entityId, expectedVersion: 1 });
    await log.share(other, { entityId: first.entityId, grantee: 'cid', right: 'read' });
    await log.writeMany(
      other,
      Array.from({ length: 20 }, () => ({ entityType: 'Signal', data: SIGNAL })),
    );
    const place = { position: 1n, txTime: 1 };
    await checkpoints.move(other, 'desk', place);
    expect(checkpoints.cursorOf(me, place)).not.toBe(checkpoints.cursorOf(me, place));
    expect(await observe()).toEqual(before);
  });

  it('no answer to a caller holds a position of the log', async () => {
    const { log } = rig.store;
    const me = person('ann');
    const data = { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY' };
    const event = await log.write(me, { entityType: 'Trade', data });
    const { entityId } = event;
    const answers = [
      event,
      await log.read(me, entityId),
      (await log.history(me, { entityId })).items[0],
      (await log.query(me, { entityType: 'Trade' })).events[0],
      (await log.audit(me, { entityId })).items[0],
    ];
    for (const answer of answers) expect(Object.keys(answer ?? {})).not.toContain('position');
  });
});

const SIGNAL = { symbol: 'AAPL', direction: 'LONG', strength: 0.5, model_name: 'm' };
