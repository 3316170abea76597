/** The order plane put together over its ports: desks for every account, intake, switches. */
import type { Database } from '@tickmesh/database';
import type { KillLevel, KillSwitch } from '@tickmesh/domain-risk';
import { Fault } from '@tickmesh/kernel';
import { AccountDesk, type DeskParts } from './account-desk.ts';
import { type IntakeParts, type Refusal, UNASSIGNED, takeIntents } from './intake.ts';
import type { Broker, BrokerSession, ReceivedIntent } from './ports.ts';
import { halt, rearm } from './switches.ts';
import { ensureAccount } from './tables.ts';

export interface OrderPlaneParts extends IntakeParts, DeskParts {
  readonly brokers: ReadonlyMap<string, Broker>;
}

export class OrderPlane {
  readonly #parts: OrderPlaneParts;
  readonly #desks = new Map<string, AccountDesk>();

  constructor(parts: OrderPlaneParts) {
    this.#parts = parts;
  }

  get database(): Database {
    return this.#parts.database;
  }

  get desks(): readonly AccountDesk[] {
    return [...this.#desks.values()];
  }

  /**
   * Makes the accounts of the limits document and starts their desks.
   * @throws Fault LIMITS_INVALID when an account names a broker that this process does not have
   */
  async start(): Promise<void> {
    const accounts = [...(this.#parts.limits()?.accounts ?? [])];
    for (const [account, { broker }] of accounts) this.#brokerOf(account, broker);
    for (const [account, { broker }] of accounts) {
      await this.#open(account, this.#brokerOf(account, broker));
    }
    await this.#open(UNASSIGNED, NO_BROKER);
  }

  async stop(): Promise<void> {
    await Promise.all(this.desks.map((desk) => desk.stop()));
  }

  /** Decides and wakes the desks concerned. Returns what must go to the dead-letter queue. */
  async take(received: readonly ReceivedIntent[]): Promise<readonly Refusal[]> {
    const { accounts, refused } = await takeIntents(this.#parts, received);
    this.#wake(accounts);
    return refused;
  }

  async halt(held: KillSwitch): Promise<void> {
    this.#wake(await halt(this.#parts, held));
  }

  async rearm(wanted: {
    level: KillLevel;
    scope: string;
    by: string;
    reason: string;
  }): Promise<void> {
    await rearm(this.#parts, wanted);
  }

  #wake(accounts: readonly string[]): void {
    for (const account of accounts) this.#desks.get(account)?.wake();
  }

  async #open(account: string, broker: Broker): Promise<void> {
    await ensureAccount(this.#parts.database, account, broker.name);
    const desk = new AccountDesk(account, broker, this.#parts);
    this.#desks.set(account, desk);
    desk.start();
  }

  #brokerOf(account: string, name: string): Broker {
    const broker = this.#parts.brokers.get(name);
    if (broker !== undefined) return broker;
    const rule = `one of ${[...this.#parts.brokers.keys()].join(', ')}`;
    throw new Fault('LIMITS_INVALID', { problems: [{ name: `accounts.${account}.broker`, rule }] });
  }
}

/** Of intents without an account: they are all refused, and their reports must go out. */
const NO_BROKER: Broker = {
  name: 'none',
  open: () => Promise.resolve(NO_SESSION),
};

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('ORDER_BROKER_UNREACHABLE', { broker: 'none' }));

const NO_SESSION: BrokerSession = {
  submit: refuse,
  cancel: refuse,
  replace: refuse,
  lookup: refuse,
  close: () => Promise.resolve(),
};
