/**
 * The store: appends against a bare INSERT of the same rows into a table of the same columns and indexes, reads of an entity
 * with many versions against a bare indexed SELECT, and how soon a subscriber is told. BENCH_STORE_ROWS is the number of
 * rows that are appended in each way, BENCH_STORE_EVENTS that of the log which is read; 5000000 takes minutes.
 */
import { randomUUID } from 'node:crypto';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { type Database, openDatabase, statement } from '@tickmesh/database';
import { DECLARED, type OpenStore, openStore, openStreams } from '@tickmesh/store';
import type { BenchRow } from './row.ts';

const ROWS = Number(process.env['BENCH_STORE_ROWS'] ?? 20_000);
const EVENTS = Number(process.env['BENCH_STORE_EVENTS'] ?? 200_000);
const VERSIONS = Math.min(10_000, EVENTS / 20);
const READS = 1_000;
const TOLD = 300;
const SAMPLES = 3;
const WRITERS_MAX = 16;

const caller = { name: 'bench', roles: [] };
const clock = { nowMicros: (): number => Math.round(Date.now() * 1_000) };
const DATA = { symbol: 'AAPL', quantity: 100, price: 228.5, side: 'BUY', timestamp: null };
const TEXT = JSON.stringify(DATA);

interface Parts {
  readonly store: OpenStore;
  /** A superuser, whom nothing slows. */
  readonly admin: Database;
  readonly config: ReturnType<typeof loadConfig<typeof storeSchema>>;
}

export async function bench(): Promise<BenchRow[]> {
  const url = process.env['TICKMESH_TEST_POSTGRES_URL'];
  if (url === undefined) return [];
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const server = openDatabase(url, { applicationName: 'bench', connectionsMax: 1 });
  await server.query(`create database ${name}`);
  const admin = new URL(url);
  admin.pathname = `/${name}`;
  const own = new URL(admin);
  [own.username, own.password] = [name, 'bench'];
  const config = loadConfig(storeSchema, {
    DATABASE_URL: own.href,
    DATABASE_CONNECTIONS_MAX: String(WRITERS_MAX),
    STORE_MIGRATION_URL: admin.href,
    NODE_ENV: 'test',
  });
  const store = await openStore(config, { entities: DECLARED, clock });
  const parts: Parts = {
    store,
    config,
    admin: openDatabase(admin.href, {
      applicationName: 'bench',
      connectionsMax: WRITERS_MAX,
      statementTimeoutMs: 1_800_000,
    }),
  };
  try {
    return [...(await appendRows(parts)), await toldRow(parts), ...(await readRows(parts))];
  } finally {
    await store.database.close();
    await parts.admin.close();
    await server.query(`drop database ${name} with (force)`);
    await server.query(`drop role ${name}`);
    await server.close();
  }
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const BARE = statement(
  `insert into public.bare (position, tx_time, entity_id, version, valid_from, entity_type, event_type,
     owner, changed_by, data)
   select * from unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::bigint[], $5::timestamptz[],
     $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[])`,
);

/** Rows a second of so many writers, each a batch after the other. */
async function rateOf(
  { size, writers, rows }: { size: number; writers: number; rows: number },
  append: (size: number) => Promise<unknown>,
): Promise<number> {
  let left = Math.ceil(rows / size);
  const write = async (): Promise<void> => {
    while (left-- > 0) await append(size);
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: writers }, write));
  return (Math.ceil(rows / size) * size * 1_000) / (performance.now() - startMs);
}

async function appendRows({ store, admin }: Parts): Promise<BenchRow[]> {
  await admin.query('create table public.bare (like store.log including all)');
  let position = 0;
  const bare = (size: number): Promise<unknown> => {
    const of = <T>(value: () => T): T[] => Array.from({ length: size }, value);
    const now = new Date().toISOString();
    const texts = [of(() => 'Trade'), of(() => 'CREATED'), of(() => 'bench'), of(() => 'bench')];
    return admin.query(BARE, [
      of(() => ++position),
      of(() => now),
      of(randomUUID),
      of(() => 1),
      of(() => now),
      ...texts,
      of(() => TEXT),
    ]);
  };
  const write = { entityType: 'Trade', data: DATA };
  const ours = (size: number): Promise<unknown> =>
    store.log.writeMany(
      caller,
      Array.from({ length: size }, () => write),
    );
  const rows: BenchRow[] = [];
  for (const writers of [1, WRITERS_MAX]) {
    for (const size of [1, 100, 1_000]) {
      const load = { size, writers, rows: size === 1 ? Math.min(ROWS, 1_000) : ROWS };
      const [mine, theirs]: [number[], number[]] = [[], []];
      // The first run of each warms it up.
      for (let i = 0; i <= SAMPLES; i++) {
        const rates = [await rateOf(load, ours), await rateOf(load, bare)] as const;
        if (i > 0) for (const [j, of] of [mine, theirs].entries()) of.push(rates[j] ?? 0);
      }
      const [rate, baseline] = [median(mine), median(theirs)];
      rows.push({
        name: `store, append by ${size}, ${writers} writer${writers === 1 ? '' : 's'}`,
        unit: 'rows/s',
        ours: rate,
        baseline,
        baselineName: 'bare INSERT, same columns and indexes',
        ratio: rate / baseline,
        aim: size === 1 ? 'told' : '>= 0.6',
        equal: true,
      });
    }
  }
  const [row] = await admin.query<{ ours: bigint; bare: bigint }>(
    `select (select count(*) from store.log) as ours, (select count(*) from public.bare) as bare`,
  );
  return rows.map((one) => ({ ...one, equal: row?.ours === row?.bare }));
}

/** From the call that writes until the subscriber has the event; nothing else is written meanwhile. */
async function toldRow({ store, config }: Parts): Promise<BenchRow> {
  const streams = openStreams(config, store, { clock });
  await streams.start();
  const leaving = new AbortController();
  const arrived = new Map<string, number>();
  const pages = streams.subscriptions.follow(caller, {}, leaving.signal);
  await pages.next();
  const reading = (async () => {
    for await (const page of pages) {
      const nowMs = performance.now();
      for (const { event } of page) if (event !== undefined) arrived.set(event.entityId, nowMs);
      if (arrived.size === TOLD) return;
    }
  })();
  const begun = new Map<string, number>();
  for (let i = 0; i < TOLD; i++) {
    const startMs = performance.now();
    const { entityId } = await store.log.write(caller, { entityType: 'Trade', data: DATA });
    begun.set(entityId, startMs);
  }
  await reading;
  leaving.abort();
  await streams.stop();
  const waits = [...begun].map(([id, startMs]) => (arrived.get(id) ?? Infinity) - startMs);
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? 0;
  return {
    name: `store, from a write to its subscriber, p99 of ${TOLD} (p50 ${at(0.5).toFixed(1)} ms)`,
    unit: 'ms',
    ours: at(0.99),
    baseline: 0,
    baselineName: '',
    ratio: 0,
    aim: 'told',
    equal: waits.length === TOLD && waits.every(Number.isFinite),
  };
}

const FILL = `
  with start as (update store.clock set position = position + $1 returning position - $1 as position, tx_time),
  given as (
    select start.position + n as position,
      start.tx_time - interval '1 day' + n * interval '1 microsecond' as tx_time,
      case when n % ($1 / $2) = 0 then $3::uuid else gen_random_uuid() end as entity_id, n
    from start, generate_series(1, $1::bigint) as n),
  entities as (
    insert into store.entities (entity_id, first_position, version, tx_time, entity_type, owner)
    select entity_id, min(position), count(*), max(tx_time), 'Signal', 'bench' from given group by 1)
  insert into store.log (position, tx_time, entity_id, version, valid_from, entity_type, event_type, owner,
    changed_by, data, valid_reach)
  select position, tx_time, entity_id, case when entity_id = $3 then n / ($1 / $2) else 1 end, tx_time,
    'Signal', 'CREATED', 'bench', 'bench', '{"symbol": "A", "strength": 0.5}', tx_time
  from given`;
const BARE_READ = statement(
  `select * from public.plain where entity_id = $1 and tx_time <= $2 order by tx_time desc limit 1`,
);

/** Microseconds a row of each way, each a sample after the other so that all meet the same machine. */
async function inTurns<Row>(
  ways: Readonly<Record<string, (row: Row) => Promise<unknown>>>,
  rows: readonly Row[],
): Promise<Map<string, number>> {
  const samples = new Map<string, number[]>();
  for (let i = 0; i <= SAMPLES; i++) {
    for (const [name, read] of Object.entries(ways)) {
      const startMs = performance.now();
      for (const row of rows) await read(row);
      const micros = ((performance.now() - startMs) * 1_000) / rows.length;
      // The first round warms up.
      if (i > 0) samples.set(name, [...(samples.get(name) ?? []), micros]);
    }
  }
  return new Map([...samples].map(([name, each]) => [name, median(each)]));
}

/** Each size is filled anew beside what is there, so that the second log is ten times the first. */
async function readRows(parts: Parts): Promise<BenchRow[]> {
  const { store, admin } = parts;
  const rows: BenchRow[] = [];
  await admin.query(`select store.ensure_log_parts(now() - interval '2 days', now())`);
  for (const events of [EVENTS / 10, EVENTS]) {
    const entityId = randomUUID();
    await admin.query(FILL, [events, Math.min(VERSIONS, events / 2), entityId]);
    await admin.query('drop table if exists public.plain');
    await admin.query('create table public.plain as select * from store.log');
    await admin.query('create unique index on public.plain (entity_id, tx_time)');
    await admin.query('vacuum analyze public.plain');
    await admin.query('vacuum analyze store.log');
    await admin.query('vacuum analyze store.entities');
    const versions = await admin.query<{ tx_time: number; at: string }>(
      `select tx_time, tx_time::text as at from store.log where entity_id = $1 order by random() limit ${READS}`,
      [entityId],
    );
    const ways: Record<string, (row: (typeof versions)[number]) => Promise<unknown>> = {
      bare: ({ at }) => admin.query(BARE_READ, [entityId, at]),
      'point read': () => store.log.read(caller, entityId),
      'as-of': ({ tx_time: txTime }) => store.log.asOf(caller, { entityId, txTime }),
      'as-of in valid time': ({ tx_time: validTime }) =>
        store.log.asOf(caller, { entityId, validTime }),
    };
    const took = await inTurns(ways, versions);
    const bare = took.get('bare') ?? Number.NaN;
    const [probe] = versions;
    const answer = await store.log.asOf(caller, { entityId, txTime: probe?.tx_time });
    const held = await store.log.asOf(caller, { entityId, validTime: probe?.tx_time });
    const equal =
      probe !== undefined && answer?.txTime === probe.tx_time && held?.txTime === probe.tx_time;
    for (const [what, ours] of took) {
      if (what === 'bare') continue;
      rows.push({
        name: `store, ${what} of an entity with ${Math.min(VERSIONS, events / 2)} versions in a log of ${events.toLocaleString('en-US')}`,
        unit: 'microseconds',
        ours,
        baseline: bare,
        baselineName: 'bare indexed SELECT',
        ratio: bare / ours,
        aim: '>= 0.67',
        equal,
      });
    }
  }
  return rows;
}
