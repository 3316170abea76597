/**
 * Registry, database and broker go away in the middle of the traffic and come back: no service ends, no dead letter
 * is written, and everything that was accepted is applied.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Infrastructure, startInfrastructure } from '@tickmesh/local';
import { intent } from '../e2e/support/messages.ts';
import type { ServiceProcess } from '../e2e/support/service-process.ts';
import {
  type TestMesh,
  countOf,
  drained,
  newFolder,
  openTestMesh,
} from '../e2e/support/test-mesh.ts';
import { until } from '../e2e/support/until.ts';

const STRATEGIES = `
version: 1
strategies:
  - id: STEADY
    kind: ofi_crossover
    account: PAPER-1
    markets:
      - { symbol: AAPL, exchange: SIM }
    parameters:
      window: 1s
      threshold: 1
      notional: 1000
      position_notional_max: 20000
      cooldown_ms: 0
      warm_up_windows: 1
`;
/** Longer than a session, a lease and an answer's time. */
const AWAY_MS = 5_000;
const FINAL = ['FILLED', 'REJECTED', 'EXPIRED', 'CANCELED'];

const folder = newFolder('outages');
let parts: Infrastructure;
let mesh: TestMesh;
let services: readonly ServiceProcess[];
const senders: AbortController[] = [];

beforeAll(async () => {
  parts = await startInfrastructure({ dir: folder.path });
  mesh = await openTestMesh('outages', {
    kafka: parts.broker.address,
    registryUrl: parts.registry.confluentUrl,
    postgresUrl: parts.postgres.url,
  });
  const strategies = join(mesh.folder, 'strategies.yaml');
  writeFileSync(strategies, STRATEGIES);
  const environment = {
    STRATEGIES_FILE: strategies,
    FEED: 'sim',
    FEED_SIM_INTERVAL_MS: '50',
    DATABASE_STATEMENT_TIMEOUT_MS: '3000',
  };
  services = await Promise.all(
    (
      [
        'data-plane/main',
        'strategy-plane/main',
        'order-plane/main',
        'data-plane/connector',
      ] as const
    ).map(async (script) => (await mesh.start(script, environment)).ready()),
  );
  await flows();
});

afterAll(async () => {
  for (const sender of senders) sender.abort();
  await (mesh as TestMesh | undefined)?.close();
  await (parts as Infrastructure | undefined)?.stop();
  folder.remove();
});

/** New frames become new market events; a broker that is not whole yet is asked again. */
async function flows(): Promise<void> {
  const count = (): Promise<number | undefined> =>
    countOf(mesh.bus, 'market_events').catch(() => undefined);
  const before = await until('the broker answers', count);
  await until('market data flows', async () => ((await count()) ?? 0) > before + 50);
}

/** Sends orders now and then until it is stopped; those that the broker acknowledged are asked for. */
function sendOrders(name: string): { stop(): Promise<string[]> } {
  const acknowledged: string[] = [];
  const stopped = new AbortController();
  senders.push(stopped);
  const sending = (async () => {
    for (let number = 0; !stopped.signal.aborted; number++) {
      const message = intent(`${name}-${String(number)}`);
      await mesh.bus.publisher.publish(message).then(
        () => acknowledged.push(message.value.intent_id),
        () => undefined,
      );
      await pause(100);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await sending;
      return acknowledged;
    },
  };
}

async function answered(asked: readonly string[]): Promise<void> {
  let open: string[] = [];
  await until(
    'every order that was accepted has ended',
    async () => {
      const reports = await mesh.messages('exec_reports');
      const done = new Set(
        reports
          .filter(({ value }) => FINAL.includes(value.status))
          .map(({ value }) => value.intent_id),
      );
      open = asked.filter((id) => !done.has(id));
      return open.length === 0;
    },
    { withinMs: 60_000, describe: () => `open: ${open.slice(0, 5).join(' ')}` },
  );
}

/** All is as before: every service is the same process and ready, nothing is lost or buried, traffic flows. */
async function expectHealed(asked: readonly string[]): Promise<void> {
  await flows();
  for (const service of services) {
    await until('it is ready again', () => service.isReady(), {
      describe: () => service.output().slice(-1500),
    });
  }
  await answered(asked);
  await drained(mesh, 'order-plane', 'order_intents');
  const intents = await mesh.messages('order_intents');
  await answered([...new Set(intents.map(({ value }) => value.intent_id))]);
  const filled = (await mesh.messages('exec_reports'))
    .filter(({ value }) => value.status === 'FILLED')
    .map(({ value }) => value.report_id);
  const byIntent = new Map<string, Set<string>>();
  for (const { value } of await mesh.messages('exec_reports')) {
    if (value.status !== 'FILLED') continue;
    const ids = byIntent.get(value.intent_id) ?? new Set();
    byIntent.set(value.intent_id, ids.add(value.order_id));
  }
  expect(filled.length).toBeGreaterThan(0);
  expect([...byIntent.values()].filter((orders) => orders.size > 1)).toEqual([]);
  expect((await mesh.mesh(['dlq', 'list', '--json'])).stdout).toBe('');
  expect(services.map((service) => service.isRunning)).toEqual(services.map(() => true));
}

describe('While traffic flows', () => {
  it('a registry that goes away stops nothing, and a service that starts meanwhile waits for it', async () => {
    const orders = sendOrders('registry');
    await parts.registry.kill();
    const started = mesh.start('data-plane/main');
    const late = await started;
    await late.logged('dependency.lost');
    await flows();
    expect(late.lines('service.ready')).toEqual([]);
    expect(late.isRunning).toBe(true);
    await parts.registry.restart();
    await late.ready();
    await expectHealed(await orders.stop());
    expect((await late.stop()).code).toBe(0);
  });

  it('a database that crashes holds the orders, and loses and doubles none', async () => {
    const orders = sendOrders('database');
    await parts.postgres.kill();
    const orderPlane = services[2];
    await until(
      'the order plane says so',
      async () => orderPlane !== undefined && !(await orderPlane.isReady()),
    );
    await flows();
    await pause(AWAY_MS);
    await parts.postgres.restart();
    await expectHealed(await orders.stop());
  });

  it('a broker that crashes loses nothing that it had acknowledged', async () => {
    await flows();
    const orders = sendOrders('broker');
    await parts.broker.kill();
    await until('every service says so', async () => {
      const ready = await Promise.all(services.map((service) => service.isReady()));
      return !ready.includes(true);
    });
    await pause(AWAY_MS);
    await parts.broker.restart();
    await flows();
    await expectHealed(await orders.stop());
  });
});
