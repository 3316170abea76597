/**
 * The three tiers of a transition, on the store's own code with a machine made for the telling: what each effect does, what
 * stands when the action fails, and what when a hook does.
 */
import { randomUUID } from 'node:crypto';
import { loadConfig, storeSchema } from '@tickmesh/config';
import { type Database, openDatabase } from '@tickmesh/database';
import { ORDER, TRADE } from '@tickmesh/domain-columns';
import { type Clock, Fault, assert, faultOf } from '@tickmesh/kernel';
import {
  type Caller,
  Hints,
  type OpenStore,
  type StoredEvent,
  type TransitionStarted,
  keyedTransitions,
  openStore,
  openWorkflows,
  storedEntity,
} from '@tickmesh/store';
import { defineWorkflow } from '@tickmesh/workflow';

const ADA: Caller = { name: 'ada', roles: ['trader'] };
const RITA: Caller = { name: 'rita', roles: ['risk_manager'] };
const DATA = { symbol: 'AAPL', quantity: 100, price: 228.5, side: 'BUY' };
const SETTLED_WITHIN_MS = 30_000;

const CLOCK: Clock = { nowMicros: () => Date.now() * 1_000 };

/** Told as it happens: in which part of the story, and what. */
export type Tell = (part: string, says: string) => void;

/** What is made to fail. */
type Failing = 'nothing' | 'action' | 'hook';

/**
 * Tells it all, in a database of its own that is dropped at the end.
 * @param serverUrl a role of PostgreSQL that may make databases and roles
 * @throws Fault DATABASE_UNREACHABLE; INVARIANT when something is not as it is told
 */
export async function tellThreeTiers(serverUrl: string, tell: Tell): Promise<void> {
  const name = `demo_${randomUUID().slice(0, 8)}`;
  const server = openDatabase(serverUrl, { applicationName: 'mesh-demo', connectionsMax: 1 });
  try {
    await server.query(`create database ${name}`);
    try {
      await inDatabase(serverUrl, name, tell);
    } finally {
      await dropAll(server, name);
    }
  } finally {
    await server.close();
  }
}

async function dropAll(server: Database, name: string): Promise<void> {
  await server.query(`drop database ${name} with (force)`);
  await server.query(`drop role if exists ${name}`);
}

async function inDatabase(serverUrl: string, name: string, tell: Tell): Promise<void> {
  const migrationUrl = new URL(serverUrl);
  migrationUrl.pathname = `/${name}`;
  const url = new URL(migrationUrl);
  url.username = name;
  url.password = randomUUID();
  const config = loadConfig(storeSchema, {
    DATABASE_URL: String(url),
    STORE_MIGRATION_URL: String(migrationUrl),
    NODE_ENV: 'development',
  });
  const story = new Story(tell);
  const store = await openStore(config, {
    entities: story.entities,
    clock: CLOCK,
    probe: { hookFailed: (hook, _, fault) => story.hookFailed(hook, fault) },
  });
  const looks = new Hints();
  const workflow = story.settleWith(store);
  const workflows = await openWorkflows(config, store, { workflows: [workflow], looks });
  try {
    await workflows.start();
    await story.told(store, () => {
      looks.give();
    });
  } finally {
    await workflows.stop();
    await store.database.close();
  }
}

class Story {
  readonly #tell: Tell;
  #part = '';
  #failing: Failing = 'nothing';
  #settled: ((entityId: string) => void) | undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  readonly entities = [
    storedEntity(TRADE),
    storedEntity(ORDER, {
      initial: 'PENDING',
      transitions: [
        {
          from: 'PENDING',
          to: 'FILLED',
          guard: 'quantity > 0',
          effects: {
            action: (_, scope) => {
              if (this.#failing === 'action') {
                this.#say('tier 1, in the transaction: the action fails');
                throw new Fault('ARGUMENT_INVALID', { reason: 'the clearing house says no' });
              }
              scope.write({ entityType: 'Trade', data: DATA });
              this.#say('tier 1, in the transaction: the trade is written with the fill');
            },
            onExit: ({ from }) => {
              this.#say(`tier 2, after the commit: on the way out of ${from}`);
            },
            onEnter: ({ to }) => {
              if (this.#failing === 'hook') throw new Fault('SERVICE_UNREACHABLE', { to: 'pager' });
              this.#say(`tier 2, after the commit: on the way into ${to}`);
            },
            startWorkflow: 'settle_order',
          },
        },
        { from: 'PENDING', to: 'CANCELLED', allowedBy: ['risk_manager'] },
        { from: 'FILLED', to: 'SETTLED', guard: 'price > 0' },
      ],
    }),
  ];

  /** Its start was recorded with the fill, so that no crash can lose it; what it does is done once, by its step's key. */
  settleWith({ database, catalogue }: OpenStore) {
    const machines = keyedTransitions({ database, catalogue, clock: CLOCK }, ADA);
    return defineWorkflow('settle_order', async (flow, started: TransitionStarted) => {
      const { entityId, version: expectedVersion } = started;
      await flow.transition(machines, { entityId, expectedVersion, toState: 'SETTLED' });
      this.#settled?.(entityId);
    });
  }

  hookFailed(hook: string, fault: Fault): void {
    this.#say(`tier 2, after the commit: ${hook} fails (${fault.code}), which is logged`);
  }

  async told(store: OpenStore, look: () => void): Promise<void> {
    const { log } = store;
    this.#begin('the three tiers', 'nothing');
    const filled = await this.#order(log);
    await this.#fill(log, filled, look);
    await this.#readBack(log, filled, { state: 'SETTLED', version: 3, trades: 1n });

    this.#begin('who may', 'nothing');
    const working = await this.#order(log);
    const cancel = { ...seen(working), toState: 'CANCELLED' };
    const refused = await faultIn(log.transition(ADA, cancel));
    this.#say(`ada, a trader, cancels: ${refused.code}`);
    await log.share(ADA, { entityId: working.entityId, grantee: RITA.name, right: 'write' });
    await log.transition(RITA, cancel);
    this.#say('rita, a risk manager to whom ada gave the right to write, cancels it');
    await this.#readBack(log, working, { state: 'CANCELLED', version: 2, trades: 1n });

    this.#begin('the roll-back', 'action');
    const kept = await this.#order(log);
    const failed = await faultIn(log.transition(ADA, { ...seen(kept), toState: 'FILLED' }));
    this.#say(`the transaction is rolled back, and ada is told: ${failed.code}`);
    this.#say('no hook ran, and no workflow starts');
    await this.#readBack(log, kept, { state: 'PENDING', version: 1, trades: 1n });

    this.#begin('the failed hook', 'hook');
    const stood = await this.#order(log);
    await this.#fill(log, stood, look);
    await this.#readBack(log, stood, { state: 'SETTLED', version: 3, trades: 2n });
  }

  async #order(log: OpenStore['log']): Promise<StoredEvent> {
    const data = { ...DATA, order_type: 'LIMIT' };
    const order = await log.write(ADA, { entityType: 'Order', data });
    this.#say(`ada writes an order: ${order.state ?? ''}, version ${order.version}`);
    return order;
  }

  async #fill(log: OpenStore['log'], order: StoredEvent, look: () => void): Promise<void> {
    const settled = this.#nextSettled(order.entityId);
    const { event } = await log.transition(ADA, { ...seen(order), toState: 'FILLED' });
    this.#say(`ada has her answer: ${event.state ?? ''}, version ${event.version}`);
    look();
    await settled;
    this.#say('tier 3, a durable workflow from the outbox: the order is settled');
  }

  async #readBack(
    log: OpenStore['log'],
    order: StoredEvent,
    expected: { readonly state: string; readonly version: number; readonly trades: bigint },
  ): Promise<void> {
    const found = await log.read(ADA, order.entityId);
    const trades = await log.count(ADA, { entityType: 'Trade' });
    const { state = null, version } = found ?? {};
    const isSo =
      state === expected.state && version === expected.version && trades === expected.trades;
    assert(isSo, `The order is ${expected.state}, not ${state ?? 'gone'}`);
    this.#say(
      `read back: ${expected.state}, version ${expected.version}; trades so far: ${trades}`,
    );
  }

  #nextSettled(wanted: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Fault('WORKFLOW_UNFINISHED', { within_ms: SETTLED_WITHIN_MS }));
      }, SETTLED_WITHIN_MS);
      this.#settled = (entityId) => {
        if (entityId !== wanted) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #begin(part: string, failing: Failing): void {
    this.#part = part;
    this.#failing = failing;
  }

  #say(says: string): void {
    this.#tell(this.#part, says);
  }
}

const seen = ({ entityId, version }: StoredEvent) => ({ entityId, expectedVersion: version });

async function faultIn(work: Promise<unknown>): Promise<Fault> {
  return work.then(
    () => new Fault('INVARIANT', { invariant: 'It is refused' }),
    (thrown: unknown) => faultOf(thrown),
  );
}
