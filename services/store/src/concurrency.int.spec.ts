/** What holds while many write, when they are killed, and when the machine's clock steps back. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '@tickmesh/database';
import { LOG_START, type LogEntry, type LogPosition, type StoredEvent } from './app/ports.ts';
import { type StoreRig, codeOf, openStoreRig, person } from './testing/rig.ts';

const alice = person('alice');
const DATA = { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY' };
const write = { entityType: 'Trade', data: DATA };

let rig: StoreRig;
beforeEach(async () => {
  rig = await openStoreRig();
});
afterEach(() => rig.close());

/** A connection that writes and does not commit yet. */
function openWriter(): { database: Database; append: string; values: unknown[] } {
  const database = openDatabase(rig.config.database.url, {
    applicationName: 'slow-writer',
    connectionsMax: 1,
  });
  const append = 'select tx_time from store.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)';
  const nothing = [null];
  const values = ['alice', ['write'], nothing, nothing, ['Trade'], [0], nothing];
  return {
    database,
    append,
    values: [...values, [JSON.stringify(DATA)], nothing, nothing, nothing, nothing],
  };
}

/** Runs `during` while a transaction of the writer has its position and has not committed. */
async function whileUncommitted(during: (txTime: number) => Promise<unknown>): Promise<void> {
  const { database, append, values } = openWriter();
  try {
    await database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ tx_time: number }>(append, values);
      await during(row?.tx_time ?? 0);
    });
  } finally {
    await database.close();
  }
}

/** Whether some backend of this database waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    const rows = await rig.admin.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
  }
  throw new Error('nobody came to wait for the writer');
}

describe('the log under writers', () => {
  it('of several who change one version one wins, and the others learn of the conflict', async () => {
    const { log } = rig.store;
    const { entityId } = await log.write(alice, write);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        log.update(alice, { entityId, expectedVersion: 1, data: { ...DATA, price: i } }).then(
          () => 'won',
          (thrown: unknown) => (thrown as { code: string }).code,
        ),
      ),
    );
    expect(outcomes.sort()).toEqual([
      ...Array.from({ length: 7 }, () => 'VERSION_CONFLICT'),
      'won',
    ]);
    const { items } = await log.history(alice, { entityId });
    expect(items.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('of several who write one key one wins', async () => {
    const { log } = rig.store;
    const codes = await Promise.all(
      Array.from({ length: 6 }, () =>
        log.write(alice, { ...write, key: 'k' }).then(
          () => 'won',
          (thrown: unknown) => (thrown as { code: string }).code,
        ),
      ),
    );
    expect(codes.filter((code) => code === 'won')).toHaveLength(1);
    expect(codes.filter((code) => code === 'VERSION_CONFLICT')).toHaveLength(5);
  });

  it('trap 1: a question about the past waits for who was there first, and its answer stays', async () => {
    const { log } = rig.store;
    let asked: Promise<bigint> | undefined;
    let at = 0;
    await whileUncommitted(async (txTime) => {
      at = txTime;
      asked = log.count(alice, { entityType: 'Trade', txTime: at });
      await someoneWaits();
    });
    expect(await asked).toBe(1n);
    expect(await log.count(alice, { entityType: 'Trade', txTime: at })).toBe(1n);
  });

  it('trap 2: a reader by position passes nobody who has not committed', async () => {
    const { log, reader } = rig.store;
    await log.write(alice, write);
    let later: Promise<StoredEvent> | undefined;
    await whileUncommitted(async () => {
      later = log.write(alice, write);
      await someoneWaits();
      const { events } = await reader.readIds(LOG_START, 10);
      expect(events.map(({ position }) => position)).toEqual([1n]);
    });
    await later;
    const { events } = await reader.readIds({ position: 1n, txTime: 0 }, 10);
    expect(events.map(({ position }) => position)).toEqual([2n, 3n]);
  });

  it('trap 3: the recorded time increases when the clock of the machine steps back', async () => {
    const { log } = rig.store;
    // The clock row stands an hour ahead: to the next writers the machine has stepped back by so much.
    await rig.admin.query(`update store.clock set tx_time = now() + interval '1 hour'`);
    const first = await log.write(alice, write);
    const second = await log.write(alice, write);
    expect([second.txTime - first.txTime, first.txTime > Date.now() * 1_000]).toEqual([1, true]);
  });

  it('a question about now is never outrun, even when the clock steps back after it', async () => {
    const { log } = rig.store;
    const { entityId } = await log.write(alice, write);
    const [now] = await rig.admin.query<{ at: number }>('select clock_timestamp() as at');
    const at = now?.at ?? 0;
    const before = await log.asOf(alice, { entityId, txTime: at });
    // Whatever the machine's clock says next, the store's own stands there already.
    const [clock] = await rig.admin.query<{ at: number }>('select tx_time as at from store.clock');
    expect(clock?.at).toBe(at);
    const next = await log.update(alice, { entityId, expectedVersion: 1, data: DATA });
    expect(next.txTime).toBeGreaterThan(at);
    expect(await log.asOf(alice, { entityId, txTime: at })).toEqual(before);
  });

  it('positions are without gaps, in the order of commits, and a reader gets each event once', async () => {
    const { log, reader } = rig.store;
    const seen: LogEntry[] = [];
    let place: LogPosition = LOG_START;
    let isWriting = true;
    const read = async (): Promise<void> => {
      for (let isMore = true; isMore;) {
        // Asked before the read: one that began before the last commit may rightly find nothing.
        const mayGrow = isWriting;
        const { events, end } = await reader.readIds(place, 7);
        seen.push(...events);
        place = end;
        isMore = mayGrow || events.length > 0;
      }
    };
    const reading = read();
    const writers = Array.from({ length: 6 }, async (_, w) => {
      for (let i = 0; i < 25; i++) {
        if (i % 5 === 0) await log.writeMany(alice, [write, write, write]);
        else await log.write(person(`writer-${w}`), write);
        // A refused batch takes no position.
        if (i % 7 === 0)
          await codeOf(log.update(alice, { ...write, entityId: NOBODY, expectedVersion: 1 }));
      }
    });
    await Promise.all(writers);
    isWriting = false;
    await reading;
    const positions = seen.map(({ position }) => Number(position));
    expect(positions).toEqual(Array.from({ length: 6 * (5 * 3 + 20) }, (_, i) => i + 1));
    const times = seen.map(({ txTime }) => txTime);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('the same question about the recorded past gives the same bytes while others write', async () => {
    const { log } = rig.store;
    const made = await log.writeMany(
      alice,
      Array.from({ length: 10 }, () => write),
    );
    const txTime = (await log.write(alice, write)).txTime;
    const ask = async (): Promise<string> =>
      JSON.stringify([
        await log.query(alice, { entityType: 'Trade', txTime }),
        await Promise.all(made.map(({ entityId }) => log.asOf(alice, { entityId, txTime }))),
      ]);
    const first = await ask();
    const writing = Promise.all(
      made.map(async ({ entityId }) => {
        for (let version = 1; version < 6; version++) {
          const valid = version % 2 === 0 ? { validFrom: 1_000_000 } : {};
          await log.update(alice, { entityId, expectedVersion: version, data: DATA, ...valid });
        }
        await log.delete(alice, { entityId, expectedVersion: 6 });
      }),
    );
    for (let i = 0; i < 10; i++) expect(await ask()).toBe(first);
    await writing;
    expect(await ask()).toBe(first);
  });

  it('a writer whose server process is killed leaves nothing, and the log goes on', async () => {
    const { log, reader } = rig.store;
    await log.write(alice, write);
    let waiting: Promise<StoredEvent> | undefined;
    const killed = whileUncommitted(async () => {
      waiting = log.write(alice, write);
      await someoneWaits();
      await rig.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'slow-writer'`,
      );
      // The next thing that the writer does meets a connection that is gone.
    });
    expect(await codeOf(killed)).toBe('DATABASE_UNREACHABLE');
    await waiting;
    const { events } = await reader.readIds(LOG_START, 10);
    expect(events.map(({ position, version }) => [position, version])).toEqual([
      [1n, 1],
      [2n, 1],
    ]);
    expect(await log.count(alice, {})).toBe(2n);
  });
});

const NOBODY = '00000000-0000-4000-8000-000000000000';
