/** A durable subscriber and the store, killed at every point at which something could be lost or applied twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import type { StoredEvent, Write } from './app/ports.ts';
import { Processes, type Started } from './testing/processes.ts';
import { type StoreRig, openStoreRig, person } from './testing/rig.ts';
import { clientOf, freePort, until } from './testing/served.ts';

const EFFECTS = `
  create table public.effects (
    id bigint generated always as identity, entity_id uuid, version bigint,
    primary key (entity_id, version));
  create table public.attempts (entity_id uuid, version bigint);`;
const TRADE: Write = {
  entityType: 'Trade',
  data: { symbol: 'AAPL', quantity: 1, price: 1, side: 'BUY' },
};
const alice = person('alice', 'trader');
const processes = new Processes();

let rig: StoreRig;
let issuer: TestIssuer;
let port: number;
let authorization: string;

beforeAll(async () => {
  rig = await openStoreRig();
  issuer = await TestIssuer.open();
  port = await freePort();
  ({ authorization } = await issuer.headersFor({ name: 'alice', roles: ['trader'] }));
  await rig.admin.query(EFFECTS);
});
afterEach(() => processes.killAll());
afterAll(async () => {
  await issuer.close();
  await rig.close();
});

async function runStore(): Promise<Started> {
  const { STORE_MIGRATION_URL: _, ...environment } = rig.environment;
  return processes.ready('store-process.ts', {
    ...environment,
    ...issuer.environment,
    HTTP_PORT: String(await freePort()),
    GRPC_PORT: String(port),
  });
}

const runSubscriber = (crash = ''): Started =>
  processes.start('subscriber-process.ts', {
    TEST_CRASH: crash,
    TEST_STORE_PORT: String(port),
    TEST_AUTHORIZATION: authorization,
    TEST_EFFECTS_URL: rig.environment['STORE_MIGRATION_URL'] ?? '',
  });

const writeSome = (count: number, write = TRADE): Promise<readonly StoredEvent[]> =>
  rig.store.log.writeMany(
    alice,
    Array.from({ length: count }, () => write),
  );

const idsOf = async (text: string): Promise<string[]> =>
  (await rig.admin.query<{ id: string }>(text)).map(({ id }) => id);
const logged = (): Promise<string[]> =>
  idsOf(`select entity_id::text as id from store.log order by position`);
const applied = (): Promise<string[]> =>
  idsOf(`select entity_id::text as id from public.effects order by effects.id`);

async function caughtUp(): Promise<void> {
  const wanted = (await logged()).length;
  await until('the subscriber applied everything', async () => {
    return (await applied()).length >= wanted;
  });
  expect(await applied()).toEqual(await logged());
}

describe('a durable subscriber', () => {
  it('that is killed at any point applies everything once, in the order of the log', async () => {
    await runStore();
    await writeSome(4);
    for (const point of ['received', 'applied', 'moved']) {
      const { died, said } = runSubscriber(`${point}/2`);
      expect([await died, said()]).toEqual(['SIGKILL', 'ready\n']);
      await writeSome(3);
    }
    runSubscriber();
    await caughtUp();
    // What died between the effect and the mark came again, and nothing else did.
    const repeated = await rig.admin.query<{ count: number }>(
      `select count(*)::int as count from public.attempts group by entity_id, version having count(*) > 1`,
    );
    expect(repeated).toEqual([{ count: 2 }]);
  });

  it('goes on where it was when the store was killed', async () => {
    const store = await runStore();
    const subscriber = runSubscriber();
    await writeSome(5);
    await caughtUp();
    await processes.kill(store.child);
    // Its stream ended with the store; what keeps programs running starts it again.
    await subscriber.died;
    await writeSome(5);
    await runStore();
    runSubscriber();
    await caughtUp();
    await writeSome(5);
    await caughtUp();
  });

  it('that reads slowly is waited for, and gets all of it', async () => {
    await runStore();
    const client = clientOf(port, authorization);
    const stream = client.subscribe({ from_beginning: true, entity_types: ['Signal'] });
    stream.pause();
    const notes = 'x'.repeat(100_000);
    const data = { symbol: 'S', direction: 'LONG', strength: 0.5, model_name: 'm', notes };
    for (let i = 0; i < 5; i++) await writeSome(50, { entityType: 'Signal', data });
    let seen = 0;
    for await (const { event } of stream as AsyncIterable<{ readonly event?: unknown }>) {
      if (event != null) seen++;
      if (seen === 250) break;
    }
    client.close();
    expect(seen).toBe(250);
  });
});
