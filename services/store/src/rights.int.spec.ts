/** Every way in which rows have leaked elsewhere, tried by name against the real server. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '@tickmesh/database';
import { isFault } from '@tickmesh/kernel';
import type { StoredEvent } from './app/ports.ts';
import { type StoreRig, codeOf, openStoreRig, person, refusal } from './testing/rig.ts';

const alice = person('alice');
const bob = person('bob');
const mallory = person('mallory');
const DATA = { symbol: 'AAPL', quantity: 100, price: 228.5, side: 'BUY' };

let rig: StoreRig;
/** The service's own log-in, used as somebody who broke into the service might. */
let service: Database;
let mine: StoredEvent;

beforeAll(async () => {
  rig = await openStoreRig();
  service = rig.store.database;
});
afterAll(() => rig.close());
beforeEach(async () => {
  mine = await rig.store.log.write(alice, { entityType: 'Trade', data: DATA });
});

/** Runs a statement as the service that speaks for somebody; null: for nobody. */
const speaking = <T extends Record<string, unknown>>(
  caller: string | null,
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> =>
  service.transaction(async (transaction) => {
    if (caller !== null) await transaction.query('select store.speak_for($1)', [caller]);
    return transaction.query<T>(text, values);
  });

const stateOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (thrown: unknown) => (isFault(thrown) ? thrown.details['state'] : String(thrown)),
  );

const DENIED = '42501';

describe('the holes of others', () => {
  it('hole 1: an outsider who knows the id cannot forge the next version', async () => {
    const { entityId } = mine;
    const forged = { entityId, expectedVersion: 1, data: { ...DATA, price: 1 } };
    expect(await codeOf(rig.store.log.update(mallory, forged))).toBe('NOT_FOUND');
    const insert = `insert into store.log (position, tx_time, entity_id, version, valid_from, entity_type,
        event_type, owner, changed_by, data)
      values (99, now(), $1, 2, now(), 'Trade', 'UPDATED', 'alice', 'mallory', '{}')`;
    expect(await stateOf(speaking('mallory', insert, [entityId]))).toBe(DENIED);
    expect(await rig.store.log.read(alice, entityId)).toEqual(mine);
  });

  it('hole 2: the next version cannot be squatted in the dark', async () => {
    const { entityId } = mine;
    const update = { entityId, expectedVersion: 1, data: DATA };
    await codeOf(rig.store.log.update(mallory, update));
    expect(await rig.store.log.update(alice, update)).toMatchObject({ version: 2 });
  });

  it('hole 3: nobody rewrites the past, neither a writer, nor the owner, nor the tables’ owner', async () => {
    const { log } = rig.store;
    await log.share(alice, { entityId: mine.entityId, grantee: 'bob', right: 'write' });
    for (const table of ['log', 'entities', 'shares', 'clock']) {
      for (const text of [
        `update store.${table} set tx_time = now()`,
        `delete from store.${table}`,
      ]) {
        const fit = table === 'shares' ? text.replace('tx_time = now()', `grantee = 'x'`) : text;
        for (const who of ['alice', 'bob']) expect(await stateOf(speaking(who, fit))).toBe(DENIED);
      }
      expect(await stateOf(speaking('alice', `truncate store.${table}`))).toBe(DENIED);
    }
    // Even for whom no grant and no policy binds: the trigger does.
    for (const text of ['update store.log set owner = owner', 'delete from store.log']) {
      expect(await stateOf(rig.admin.query(text))).toBe(DENIED);
    }
    expect(await stateOf(rig.admin.query('truncate store.log'))).toBe(DENIED);
    const [part] = await rig.admin.query<{ name: string }>(
      `select tableoid::regclass::text as name from store.log limit 1`,
    );
    expect(await stateOf(rig.admin.query(`delete from ${part?.name ?? ''}`))).toBe(DENIED);
    expect(await stateOf(rig.admin.query(`truncate ${part?.name ?? ''}`))).toBe(DENIED);
  });

  it('hole 4: a notification tells nothing but that there is something to look at', async () => {
    const texts = await rig.admin.query<{ source: string }>(
      `select prosrc as source from pg_proc where pronamespace = 'store'::regnamespace
         and prosrc ~* '(pg_notify|[^_]notify )'`,
    );
    const calls = texts.flatMap(({ source }) => source.match(/pg_notify\(.*\)/g) ?? []);
    expect(calls).toEqual([`pg_notify('store_log', '')`]);
  });

  it("hole 5: nobody moves, sees or blocks another's checkpoint", async () => {
    const { checkpoints } = rig.store;
    const place = { position: 5n, txTime: mine.txTime };
    await checkpoints.move(alice, 'desk', place);
    await checkpoints.move(bob, 'desk', { ...place, position: 9n });
    expect((await checkpoints.read(alice, 'desk'))?.place).toEqual(place);
    const steal = `update store.checkpoints set position = 0 where subscriber = 'desk' returning owner`;
    expect(await speaking('bob', steal)).toEqual([{ owner: 'bob' }]);
    const forge = `insert into store.checkpoints (owner, subscriber, position, tx_time)
      values ('alice', 'other', 0, now())`;
    expect(await stateOf(speaking('bob', forge))).toBe(DENIED);
  });

  it('hole 6: a writer deletes, and a reader sees that it is gone', async () => {
    const { log } = rig.store;
    const { entityId } = mine;
    await log.share(alice, { entityId, grantee: 'bob', right: 'read' });
    await log.share(alice, { entityId, grantee: 'carol', right: 'write' });
    await log.delete(person('carol'), { entityId, expectedVersion: 1 });
    expect(await log.read(bob, entityId)).toBeUndefined();
    const { items } = await log.history(bob, { entityId });
    expect(items.map(({ eventType }) => eventType)).toEqual(['CREATED', 'DELETED']);
  });
});

describe('the traps of row security', () => {
  it('nobody named: no row, in every table, also after a principal has left the connection', async () => {
    const one = openDatabase(rig.config.database.url, {
      applicationName: 'one',
      connectionsMax: 1,
    });
    try {
      const counts = async () =>
        Promise.all(
          ['entities', 'log', 'shares', 'checkpoints'].map(async (table) => {
            const rows = await one.query<{ n: bigint }>(`select count(*) as n from store.${table}`);
            return rows[0]?.n;
          }),
        );
      const nothing = [0n, 0n, 0n, 0n];
      expect(await counts()).toEqual(nothing);
      await one.transaction(async (transaction) => {
        await transaction.query('select store.speak_for($1)', ['alice']);
        const [row] = await transaction.query<{ n: bigint }>('select count(*) as n from store.log');
        expect(row?.n).not.toBe(0n);
      });
      expect(await counts()).toEqual(nothing);
      expect(
        await one.query('select * from store.as_of($1, $2, null, null)', ['', mine.entityId]),
      ).toEqual([]);
    } finally {
      await one.close();
    }
  });

  it('one connection serves a hundred principals, and each sees their own', async () => {
    const { log } = await rig.open({ connectionsMax: 1 });
    const people = Array.from({ length: 100 }, (_, i) => person(`p${i}`));
    const events = await Promise.all(
      people.map((who) => log.write(who, { entityType: 'Trade', data: DATA })),
    );
    const seen = await Promise.all(
      people.map(async (who, i) => {
        const other = events[(i + 1) % people.length] as StoredEvent;
        const { events: found } = await log.query(who, { entityType: 'Trade' });
        return [found.map(({ entityId }) => entityId), await log.read(who, other.entityId)];
      }),
    );
    expect(seen).toEqual(events.map(({ entityId }) => [[entityId], undefined]));
  });

  it('the owner of the tables is bound as well', async () => {
    const rows = await rig.admin.transaction(async (transaction) => {
      await transaction.query('set local role store_owner');
      return transaction.query<{ n: bigint }>('select count(*) as n from store.log');
    });
    expect(rows).toEqual([{ n: 0n }]);
  });

  it('a part of the log is not reached around the log', async () => {
    const [part] = await rig.admin.query<{ name: string }>(
      `select tableoid::regclass::text as name from store.log limit 1`,
    );
    expect(await stateOf(speaking('alice', `select from ${part?.name ?? ''}`))).toBe(DENIED);
  });

  it('the relay reads ids, never values', async () => {
    const ids = await service.query(`select * from store.log_ids(0, '-infinity', 1)`);
    expect(Object.keys(ids[0] ?? {}).sort()).toEqual([
      'entity_id',
      'entity_type',
      'event_type',
      'position',
      'tx_time',
      'version',
    ]);
    const asRelay = (text: string) =>
      rig.admin.transaction(async (transaction) => {
        await transaction.query('set local role store_relay');
        return transaction.query(text);
      });
    expect(await stateOf(asRelay('select data from store.log'))).toBe(DENIED);
    expect(await stateOf(asRelay('select owner from store.log'))).toBe(DENIED);
    expect(await stateOf(asRelay('select from store.entities'))).toBe(DENIED);
  });

  it('a key that somebody else uses is free: it tells nothing', async () => {
    const { log } = rig.store;
    const write = { entityType: 'Trade', data: DATA, key: 'secret-deal' };
    await log.write(alice, write);
    expect(await log.write(mallory, write)).toMatchObject({ version: 1, owner: 'mallory' });
  });

  it('what is hidden and what is not there are refused in the same words', async () => {
    const { log } = rig.store;
    const absent = '00000000-0000-4000-8000-000000000000';
    const words = async (entityId: string) => {
      const wish = { entityId, expectedVersion: 1 };
      const share = { entityId, grantee: 'eve', right: 'read' } as const;
      const faults = await Promise.all([
        refusal(log.update(mallory, { ...wish, data: { nonsense: 1 } })),
        refusal(log.delete(mallory, wish)),
        refusal(log.transition(mallory, { ...wish, toState: 'X' })),
        refusal(log.share(mallory, share)),
        refusal(log.unshare(mallory, share)),
        refusal(log.shares(mallory, entityId)),
      ]);
      const answers = await Promise.all([
        log.read(mallory, entityId),
        log.history(mallory, { entityId }),
        log.audit(mallory, { entityId }),
        log.asOf(mallory, { entityId, includeDeleted: true }),
      ]);
      const told = faults.map(({ code, message, details }) => ({ code, message, details }));
      return JSON.stringify([told, answers]).replaceAll(entityId, 'ID');
    };
    expect(await words(mine.entityId)).toBe(await words(absent));
  });

  it('the service cannot become anybody, or make anything', async () => {
    for (const text of [
      'set role store_owner',
      'set role store_relay',
      'create table store.mine ()',
      'create table public.mine ()',
      'create temporary table mine ()',
      'alter table store.log disable row level security',
      'drop policy log_seen on store.log',
      `create role friend`,
      `select store.ensure_log_parts(now(), now())`,
      `select store.detach_log_part('log_2026_11')`,
      'select key from store.seal',
      'select position from store.clock',
    ]) {
      expect([text, await stateOf(speaking('alice', text))]).toEqual([text, DENIED]);
    }
  });

  it('every function that runs as an owner is known, and looks up names nowhere', async () => {
    const rows = await rig.admin.query<{ name: string; safe: boolean }>(
      `select proname::text as name, proconfig @> array['search_path=""'] as safe
       from pg_proc where pronamespace = 'store'::regnamespace and prosecdef order by 1`,
    );
    expect(rows).toEqual(
      [
        'append',
        'ensure_log_parts',
        'ensure_log_parts_ahead',
        'heads',
        'log_end',
        'log_ids',
        'seal_key',
        'settle',
        'share',
        'shares_of',
      ].map((name) => ({ name, safe: true })),
    );
  });

  it('a right that is taken back is gone at once, also for the past', async () => {
    const { log } = rig.store;
    const ben = person('ben');
    const { entityId, txTime } = mine;
    const share = { entityId, grantee: 'ben', right: 'read' } as const;
    await log.share(alice, share);
    expect(await log.asOf(ben, { entityId, txTime })).toEqual(mine);
    await log.unshare(alice, share);
    expect(await log.asOf(ben, { entityId, txTime })).toBeUndefined();
    expect(await log.count(ben, { entityType: 'Trade', txTime })).toBe(0n);
  });
});

describe('the check at the start', () => {
  const problemsAs = async (userName: string, password: string): Promise<unknown> => {
    const url = new URL(rig.config.database.url);
    [url.username, url.password] = [userName, password];
    const config = {
      database: { ...rig.config.database, url: String(url) },
      store: { ...rig.config.store, migrationUrl: undefined },
    };
    const { openStore } = await import('./store-parts.ts');
    const { systemMicros } = await import('./testing/rig.ts');
    const fault = await refusal(openStore(config, { entities: [], clock: systemMicros }));
    expect(fault.code).toBe('DATABASE_ROLE_UNSAFE');
    return fault.details['problems'];
  };

  it.each([
    ['a superuser', 'superuser', 'the role is a superuser'],
    ['who bypasses row security', 'bypassrls', 'the role has BYPASSRLS'],
    ['who can become the owner', 'in role store_owner', 'the role can become store_owner'],
    ['who may replicate', 'replication', 'the role has REPLICATION'],
    ['who makes roles', 'createrole', 'the role has CREATEROLE'],
  ])('refuses %s', async (_, attribute, expected) => {
    const name = `${rig.serviceRole}_x`;
    const privileges = attribute.startsWith('in role')
      ? attribute
      : `${attribute} in role store_access`;
    await rig.admin.query(`create role ${name} login password 'x' ${privileges}`);
    if (attribute.startsWith('in role')) await rig.admin.query(`grant store_access to ${name}`);
    try {
      expect(await problemsAs(name, 'x')).toContainEqual(expect.stringContaining(expected));
    } finally {
      await rig.admin.query(`drop role ${name}`);
    }
  });

  it('refuses a table whose row security is not forced, an open view, and grants too many', async () => {
    const { serviceRole } = rig;
    const { username, password } = new URL(rig.config.database.url);
    const tries: readonly (readonly [make: string, undo: string, says: string])[] = [
      [
        'alter table store.log no force row level security',
        'alter table store.log force row level security',
        'not forced on log',
      ],
      [
        'create view store.all_of_it as select * from store.log',
        'drop view store.all_of_it',
        'views without security_invoker: all_of_it',
      ],
      [
        'create materialized view store.sums as select count(*) from store.log',
        'drop materialized view store.sums',
        'views without security_invoker: sums',
      ],
      [
        `grant insert on store.log to ${serviceRole}`,
        `revoke insert on store.log from ${serviceRole}`,
        'writes to log directly',
      ],
      [
        `alter table store.shares owner to ${serviceRole}`,
        'alter table store.shares owner to store_owner',
        'the role owns shares',
      ],
      [
        `grant temporary on database ${serviceRole} to ${serviceRole}`,
        `revoke temporary on database ${serviceRole} from ${serviceRole}`,
        'temporary tables',
      ],
      [
        'alter function store.append reset search_path',
        `alter function store.append set search_path = ''`,
        'without a search_path: append',
      ],
    ];
    for (const [make, undo, says] of tries) {
      await rig.admin.query(make);
      try {
        const problems = await problemsAs(username, password);
        expect([make, problems]).toEqual([
          make,
          expect.arrayContaining([expect.stringContaining(says)]),
        ]);
      } finally {
        await rig.admin.query(undo);
      }
    }
    await rig.open();
  });
});
