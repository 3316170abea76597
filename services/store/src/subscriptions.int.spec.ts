/** Subscriptions and changes, on a real server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '@tickmesh/kernel';
import type { Caller, LogEntry, StoredEvent, Write } from './app/ports.ts';
import type { Delivered, SubscriptionWish } from './app/subscriptions.ts';
import { type OpenStreams, openStreams } from './store-streams.ts';
import { type StoreRig, codeOf, openStoreRig, person, systemMicros } from './testing/rig.ts';
import { until } from './testing/served.ts';

const alice = person('alice');
const bob = person('bob');
const DATA = { symbol: 'AAPL', quantity: 100, price: 228.5, side: 'BUY' };
const trade = (price = 1): Write => ({ entityType: 'Trade', data: { ...DATA, price } });
const signal: Write = {
  entityType: 'Signal',
  data: { symbol: 'AAPL', direction: 'LONG', strength: 0.5, model_name: 'm' },
};

let rig: StoreRig;
let streams: OpenStreams;
const listenerFaults: { readonly change: LogEntry; readonly fault: Fault }[] = [];
const readers: Reader[] = [];

beforeAll(async () => {
  rig = await openStoreRig();
  // Beats so far apart that none comes: the tests that want one give it.
  const store = { ...rig.config.store, beatIntervalMs: 600_000 };
  const probe = {
    listenerFailed: (change: LogEntry, fault: Fault) => listenerFaults.push({ change, fault }),
  };
  streams = openStreams({ ...rig.config, store }, rig.store, { clock: systemMicros, probe });
  await streams.start();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.leave().catch(() => undefined);
});
afterAll(async () => {
  await streams.stop();
  await rig.close();
});

/** Somebody who reads a stream, as fast as it comes. */
class Reader {
  readonly messages: Delivered[] = [];
  readonly #leaving = new AbortController();
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor(caller: Caller, wish: SubscriptionWish) {
    this.#ended = (async () => {
      const pages = streams.subscriptions.follow(caller, wish, this.#leaving.signal);
      for await (const page of pages) this.messages.push(...page);
    })();
    const isOver = (): void => {
      this.#isOver = true;
    };
    this.#ended.then(isOver, isOver);
    readers.push(this);
  }

  static async open(caller: Caller, wish: SubscriptionWish = {}): Promise<Reader> {
    const reader = new Reader(caller, wish);
    await until('it began or was refused', () => reader.messages.length > 0 || reader.#isOver);
    if (reader.#isOver) await reader.#ended;
    return reader;
  }

  get events(): StoredEvent[] {
    return this.messages.flatMap(({ event }) => (event === undefined ? [] : [event]));
  }

  get lastCursor(): string | undefined {
    return this.messages.at(-1)?.cursor;
  }

  async saw(count: number): Promise<StoredEvent[]> {
    await until(`${count} events came`, () => this.events.length >= count);
    return this.events;
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#ended;
  }
}

describe('changes told inside the process', () => {
  it('go to the listeners of all, of the type and of the entity, after the commit, in the order of the log', async () => {
    const { log } = rig.store;
    const first = await log.write(alice, trade());
    const told: string[] = [];
    const tell =
      (who: string) =>
      ({ entityId, version }: LogEntry): void => {
        // The first version may be told after the listeners came.
        if (entityId === first.entityId && version > 1) told.push(`${who} ${version}`);
      };
    const [all, type, entity, other] = ['all', 'type', 'entity', 'other'].map(tell) as [
      (change: LogEntry) => void,
      (change: LogEntry) => void,
      (change: LogEntry) => void,
      (change: LogEntry) => void,
    ];
    streams.changes.onAll(all);
    streams.changes.on('Trade', type);
    streams.changes.on('Signal', other);
    streams.changes.onEntity(first.entityId, entity);
    const { entityId, data } = first;
    await log.update(alice, { entityId, expectedVersion: 1, data });
    await until('it was told', () => told.includes('entity 2'));
    streams.changes.off('Trade', type);
    streams.changes.off('Signal', other);
    streams.changes.offEntity(entityId, entity);
    await log.update(alice, { entityId, expectedVersion: 2, data });
    await until('it was told again', () => told.includes('all 3'));
    streams.changes.offAll(all);
    expect(told).toEqual([...['all 2', 'type 2', 'entity 2'], 'all 3']);
  });

  it('are never told of what was rolled back', async () => {
    const { log } = rig.store;
    const told: LogEntry[] = [];
    const listener = (change: LogEntry): void => void told.push(change);
    streams.changes.onAll(listener);
    const [one, two] = (await log.writeMany(alice, [trade(1), trade(2)])) as [
      StoredEvent,
      StoredEvent,
    ];
    const stale = [
      { entityId: one.entityId, expectedVersion: 1, data: one.data },
      { entityId: two.entityId, expectedVersion: 9, data: two.data },
    ];
    expect(await codeOf(log.updateMany(alice, stale))).toBe('VERSION_CONFLICT');
    const last = await log.write(alice, trade(3));
    await until('the last was told', () => told.some(({ entityId }) => entityId === last.entityId));
    streams.changes.offAll(listener);
    expect(told.filter(({ version }) => version > 1)).toEqual([]);
    const positions = told.map(({ position }) => Number(position));
    expect(positions).toEqual(positions.map((_, i) => (positions[0] ?? 0) + i));
  });

  it('reach the other listeners when one throws or rejects, and that is told', async () => {
    const told: LogEntry[] = [];
    const throws = (): void => {
      throw new Error('a broken listener');
    };
    const rejects = (): Promise<void> => Promise.reject(new Error('a broken promise'));
    const listener = (change: LogEntry): void => void told.push(change);
    for (const each of [throws, rejects, listener]) streams.changes.on('Signal', each);
    const { entityId } = await rig.store.log.write(alice, signal);
    await until('the third was told', () => told.length > 0 && listenerFaults.length > 1);
    for (const each of [throws, rejects, listener]) streams.changes.off('Signal', each);
    expect(told).toMatchObject([{ entityId, version: 1, eventType: 'CREATED' }]);
    expect(
      listenerFaults.map(({ change, fault }) => [change.entityId, String(fault.cause)]),
    ).toEqual([
      [entityId, 'Error: a broken listener'],
      [entityId, 'Error: a broken promise'],
    ]);
  });
});

describe('a subscription', () => {
  it('gives every event once and in the order of the log, old and new, under many writers', async () => {
    const { log, reader } = rig.store;
    const writer = person('busy');
    const place = await reader.end();
    const write = async (of: number): Promise<void> => {
      for (let i = 0; i < of; i++) await log.writeMany(writer, [trade(i), trade(i)]);
    };
    await Promise.all([write(20), write(20)]);
    const afterCursor = rig.store.checkpoints.cursorOf(writer, place);
    const follower = await Reader.open(writer, { afterCursor });
    await Promise.all([write(20), write(20), write(20), write(20)]);
    const events = await follower.saw(240);
    const ids = events.map(({ entityId }) => entityId);
    const stored = await rig.admin.query<{ entity_id: string }>(
      `select entity_id from store.log where owner = 'busy' order by position`,
    );
    expect(ids).toEqual(stored.map(({ entity_id }) => entity_id));
  });

  it('asks for the rights at each delivery: what is shared comes, and what is taken away ends', async () => {
    const { log } = rig.store;
    const seen = await Reader.open(bob);
    /** His own comes behind everything that was written before it. */
    const caughtUp = async (): Promise<void> => {
      const own = await log.write(bob, trade());
      await until('his own came', () => seen.events.some((e) => e.entityId === own.entityId));
    };
    const { entityId, data } = await log.write(alice, trade());
    const change = (expectedVersion: number) =>
      log.update(alice, { entityId, expectedVersion, data });
    const versions = (): number[] =>
      seen.events.filter((event) => event.entityId === entityId).map(({ version }) => version);
    await change(1);
    await caughtUp();
    await log.share(alice, { entityId, grantee: 'bob', right: 'read' });
    await change(2);
    await caughtUp();
    expect(versions()).toEqual([3]);
    await log.unshare(alice, { entityId, grantee: 'bob', right: 'read' });
    await change(3);
    await caughtUp();
    expect(versions()).toEqual([3]);
  });

  it('tells nothing of what is hidden: no message, no gap, and no cursors that can be compared', async () => {
    const { log } = rig.store;
    const seen = await Reader.open(bob);
    for (let i = 0; i < 5; i++) await log.writeMany(alice, [trade(), trade()]);
    const own = await log.write(bob, trade());
    await seen.saw(1);
    expect(seen.messages.map(({ event }) => event?.entityId)).toEqual([undefined, own.entityId]);
    expect(Object.keys(seen.events[0] ?? {})).not.toContain('position');
    const again = await Promise.all([Reader.open(bob), Reader.open(bob)]);
    const cursors = again.map(({ lastCursor }) => lastCursor ?? '');
    expect(new Set(cursors).size).toBe(2);
    expect(new Set(cursors.map((cursor) => cursor.length)).size).toBe(1);
    const places = cursors.map((cursor) => rig.store.checkpoints.placeOf(bob, cursor));
    expect(places[0]).toEqual(places[1]);
  });

  it('goes on behind a cursor or at its checkpoint, and nobody else can use or move either', async () => {
    const { log, checkpoints } = rig.store;
    const named = { subscriber: 'resuming' };
    const first = await Reader.open(alice, named);
    const one = await log.write(alice, trade(1));
    await first.saw(1);
    await first.leave();
    const two = await log.write(alice, trade(2));
    // Nothing was moved: it stands where the stream began.
    const repeated = await Reader.open(alice, named);
    const ids = (await repeated.saw(2)).map(({ entityId }) => entityId);
    expect(ids).toEqual([one.entityId, two.entityId]);
    const [cursor] = repeated.messages.slice(1).map((message) => message.cursor) as [string];
    const place = checkpoints.placeOf(alice, cursor);
    await checkpoints.move(alice, 'resuming', place);
    const moved = await Reader.open(alice, named);
    expect((await moved.saw(1)).map(({ entityId }) => entityId)).toEqual([two.entityId]);
    const behind = await Reader.open(alice, { afterCursor: cursor });
    expect((await behind.saw(1)).map(({ entityId }) => entityId)).toEqual([two.entityId]);
    expect(await codeOf(Reader.open(bob, { afterCursor: cursor }))).toBe('ARGUMENT_INVALID');
    expect(await checkpoints.read(bob, 'resuming')).toBeUndefined();
  });

  it('begins where it is asked to, and gives the types and entities that are asked for', async () => {
    const { log } = rig.store;
    const dora = person('dora');
    const one = await log.write(dora, trade());
    const two = await log.write(dora, signal);
    const wholly = { fromBeginning: true };
    const all = await Reader.open(dora, wholly);
    const signals = await Reader.open(dora, { ...wholly, entityTypes: ['Signal'] });
    const trades = await Reader.open(dora, { ...wholly, entityIds: [one.entityId] });
    const late = await Reader.open(dora);
    const three = await log.delete(dora, { entityId: one.entityId, expectedVersion: 1 });
    const four = await log.delete(dora, { entityId: two.entityId, expectedVersion: 1 });
    expect(await all.saw(4)).toEqual([one, two, three, four]);
    expect(await signals.saw(2)).toEqual([two, four]);
    expect(await trades.saw(2)).toEqual([one, three]);
    expect(await late.saw(2)).toEqual([three, four]);
    expect(await codeOf(Reader.open(dora, { entityTypes: ['Car'] }))).toBe('ENTITY_TYPE_UNKNOWN');
    expect(await codeOf(Reader.open(dora, { entityIds: ['x'] }))).toBe('ARGUMENT_INVALID');
  });

  it('is bounded in number for each caller', async () => {
    const eve = person('eve');
    for (let i = 0; i < 50; i++) await Reader.open(eve);
    expect(await codeOf(Reader.open(eve))).toBe('SUBSCRIPTIONS_EXCEEDED');
    await Reader.open(bob);
    await readers[0]?.leave();
    await Reader.open(eve);
  });
});

describe('another instance', () => {
  it('tells its place by the clock alone, and ends its streams when it stops', async () => {
    const store = { ...rig.config.store, beatIntervalMs: 50 };
    const other = openStreams({ ...rig.config, store }, rig.store, { clock: systemMicros });
    await other.start();
    const never = new AbortController().signal;
    const pages = other.subscriptions.follow(bob, {}, never);
    const cursors: string[] = [];
    const read = async (): Promise<void> => {
      for await (const page of pages) {
        cursors.push(...page.map(({ cursor }) => cursor));
        if (cursors.length === 3) other.subscriptions.stop();
      }
    };
    await rig.store.log.write(alice, trade());
    expect(await codeOf(read())).toBe('SERVICE_UNREACHABLE');
    expect(new Set(cursors).size).toBe(3);
    await other.stop();
  });

  it('finds by looking what no notification told', async () => {
    const store = { ...rig.config.store, pollIntervalMs: 20 };
    const other = openStreams({ ...rig.config, store }, rig.store, { clock: systemMicros });
    await other.start();
    const told: LogEntry[] = [];
    other.changes.onAll((change) => void told.push(change));
    const stillThere = `select count(*)::int as count from pg_stat_activity
      where application_name = 'store-listen' and datname = current_database()`;
    await until('both listen', async () => {
      const [row] = await rig.admin.query<{ count: number }>(stillThere);
      return row?.count === 2;
    });
    await rig.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'store-listen' and datname = current_database()`,
    );
    const { entityId } = await rig.store.log.write(alice, trade());
    await until('it was found', () => told.some((change) => change.entityId === entityId));
    await other.stop();
  });
});
