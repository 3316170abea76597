/** The relay of store_events, killed around its publishing, on a real broker. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bus, type Delivery, SourceFilter } from '@tickmesh/bus';
import type { StoreCrashPoint } from './app/crash.ts';
import type { Write } from './app/ports.ts';
import { Processes, type Started } from './testing/processes.ts';
import { type StoreRig, openStoreRig, person } from './testing/rig.ts';
import { until } from './testing/served.ts';
import { openTopics } from './testing/topics.ts';

const TRADE: Write = {
  entityType: 'Trade',
  data: { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY' },
};
const alice = person('alice');
const processes = new Processes();

let rig: StoreRig;
let bus: Bus;

beforeAll(async () => {
  rig = await openStoreRig();
  bus = await openTopics(rig, ['store_events']);
});
afterEach(() => processes.killAll());
afterAll(async () => {
  await bus.close();
  await rig.close();
});

function runRelay(more: Readonly<Record<string, string>> = {}): Promise<Started> {
  const { STORE_MIGRATION_URL: _, ...environment } = rig.environment;
  return processes.ready('relay-process.ts', {
    ...environment,
    STORE_LEASE_MS: '500',
    STORE_POLL_INTERVAL_MS: '50',
    TEST_TOPIC_PREFIX: `${rig.serviceRole}.`,
    ...more,
  });
}

const writeSome = async (count: number): Promise<void> => {
  await rig.store.log.writeMany(
    alice,
    Array.from({ length: count }, () => TRADE),
  );
};

async function everythingTold(): Promise<Delivery<'store_events'>[]> {
  const told: Delivery<'store_events'>[] = [];
  for await (const found of bus.tail('store_events', { from: 'beginning' })) {
    if (found.kind === 'unreadable') throw found.fault;
    told.push(found.delivery);
  }
  return told;
}

async function marked(): Promise<bigint> {
  const { position: last } = await rig.store.reader.end();
  await until('everything was marked', async () => {
    const [row] = await rig.admin.query<{ position: bigint }>(`select position from store.relay`);
    return row?.position === last;
  });
  return last;
}

async function holder(): Promise<string | null> {
  const [row] = await rig.admin.query<{ holder: string | null }>(
    `select holder from store.relay where expires_at > clock_timestamp()`,
  );
  return row?.holder ?? null;
}

describe('the relay', () => {
  it.each<StoreCrashPoint>(['relay.before_publish', 'relay.after_publish', 'relay.after_mark'])(
    'killed at %s tells every position, under one id, in the order of commits',
    async (point) => {
      await writeSome(3);
      const { died } = await runRelay({ CRASH_AT: point });
      expect(await died).toBe('SIGKILL');
      await writeSome(3);
      await runRelay();
      const last = Number(await marked());
      const told = await everythingTold();
      const ids = new Map(told.map(({ headers, value }) => [headers.event_id, value.position]));
      expect(ids.size).toBe(last);
      // What a consumer keeps: of each partition, what is beyond the highest source position.
      const filter = new SourceFilter();
      const kept = told.filter((delivery) => filter.admits(delivery));
      const ofPartition = Map.groupBy(kept, ({ partition }) => partition);
      for (const deliveries of ofPartition.values()) {
        const positions = deliveries.map(({ value }) => value.position);
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      }
      const positions = kept.map(({ value }) => value.position).sort((a, b) => a - b);
      expect(positions).toEqual(Array.from({ length: last }, (_, i) => i + 1));
      if (point === 'relay.after_publish') expect(told.length).toBeGreaterThan(last);
    },
  );

  it('tells which entity, version and position, and never a value', async () => {
    const { entityId, txTime } = await rig.store.log.write(alice, TRADE);
    await runRelay();
    const last = Number(await marked());
    const told = (await everythingTold()).find(({ value }) => value.position === last);
    expect(told?.key).toBe(entityId);
    expect(told?.value).toEqual({
      entity_id: entityId,
      entity_type: 'Trade',
      version: 1,
      event_type: 'CREATED',
      position: last,
      tx_time: txTime,
    });
  });

  it('is one at a time: the second stands by, and goes on when the first is gone', async () => {
    // Longer than a busy machine may keep a process waiting: a lease that runs out is another's by right.
    const patient = { STORE_LEASE_MS: '8000' };
    const first = await runRelay(patient);
    await until('somebody relays', async () => (await holder()) !== null);
    const held = await holder();
    await runRelay(patient);
    await writeSome(2);
    await marked();
    expect(await holder()).toBe(held);
    await processes.kill(first.child);
    await until('the other relays', async () => ![null, held].includes(await holder()));
    await writeSome(2);
    await marked();
  });
});
