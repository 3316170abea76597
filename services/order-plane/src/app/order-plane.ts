/** The order plane put together over its ports: desks for every account, intake, switches. */
import type { Database } from '@tickmesh/database';
import type { KillSwitch } from '@tickmesh/domain-risk';
import { Fault, faultOf } from '@tickmesh/kernel';
import { AccountDesk, type DeskParts } from './account-desk.ts';
import { type IntakeParts, type Refusal, UNASSIGNED, accountFor, takeIntents } from './intake.ts';
import type { Broker, BrokerSession, ReceivedIntent } from './ports.ts';
import { type Halted, type WantedRearm, halt, rearm } from './switches.ts';
import { ensureAccount } from './tables.ts';

export interface OrderPlaneParts extends IntakeParts, DeskParts {
  readonly brokers: ReadonlyMap<string, Broker>;
  /** Takes versions that were committed since. Returns whether there were any. */
  readonly refreshLimits: () => Promise<boolean>;
}

export class OrderPlane {
  readonly #parts: OrderPlaneParts;
  readonly #desks = new Map<string, AccountDesk>();
  readonly #stopped = new AbortController();
  #following: Promise<void> | undefined;
  /** The last look at the limits: one at a time, so that who waits for it meets the accounts that it opened. */
  #looked: Promise<void> = Promise.resolve();

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
    this.#following = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#following;
    await Promise.all(this.desks.map((desk) => desk.stop()));
  }

  /** Decides and wakes the desks concerned. Returns what must go to the dead-letter queue. */
  async take(received: readonly ReceivedIntent[]): Promise<readonly Refusal[]> {
    const { limits } = this.#parts;
    // Its account may have come with limits that were committed a moment ago.
    if (received.some((item) => accountFor(limits, item) === UNASSIGNED)) await this.followLimits();
    const { accounts, refused } = await takeIntents(this.#parts, received, (account) =>
      this.#desks.get(account)?.beginHanding(),
    );
    this.#wake(accounts);
    return refused;
  }

  /** @throws Fault ARGUMENT_INVALID for a scope that nothing can be in: a misspelt one would stop nobody */
  async halt(held: KillSwitch, canceling = true): Promise<Halted> {
    this.#assertScope(held);
    const halted = await halt(this.#parts, held, canceling);
    this.#wake(halted.accounts);
    return halted;
  }

  /** The first call asks, another person's re-arms. */
  rearm(wanted: WantedRearm): Promise<'requested' | 'rearmed'> {
    return rearm(this.#parts, wanted);
  }

  /**
   * Takes what changed in the limits, here or by another instance, and opens the desks of accounts that are new.
   * @throws Fault of the database
   */
  followLimits(): Promise<void> {
    this.#looked = this.#looked.catch(() => undefined).then(() => this.#look());
    return this.#looked;
  }

  async #look(): Promise<void> {
    if (!(await this.#parts.refreshLimits()) && !this.#mayOpen()) return;
    for (const [account, { broker }] of this.#parts.limits()?.accounts ?? []) {
      if (!this.#desks.has(account)) await this.#open(account, this.#brokerOf(account, broker));
    }
  }

  /** A version that was to come may have come into force, with accounts that are new. */
  #mayOpen(): boolean {
    const accounts = this.#parts.limits()?.accounts.keys() ?? [];
    return [...accounts].some((account) => !this.#desks.has(account));
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      await this.#parts.sleep(this.#parts.times.pollIntervalMs, signal);
      if (isOver()) return;
      try {
        await this.followLimits();
      } catch (thrown) {
        this.#parts.probe.failed?.('follow the limits', faultOf(thrown));
      }
    }
  }

  #assertScope({ level, scope }: Pick<KillSwitch, 'level' | 'scope'>): void {
    const [exchange = '', symbol = ''] = scope.split('|');
    const rule = {
      firm: scope === '*' ? undefined : '*',
      account: this.#desks.has(scope) ? undefined : `one of ${[...this.#desks.keys()].join(', ')}`,
      instrument: this.#parts.markets.instrument(symbol, exchange)
        ? undefined
        : 'exchange|symbol of the instrument master, as BINANCE|BTCUSDT',
      strategy: STRATEGY_ID.test(scope) ? undefined : 'a strategy id, as OFI_BTC',
    }[level];
    if (rule !== undefined)
      throw new Fault('ARGUMENT_INVALID', { name: 'scope', rule, value: scope });
  }

  #wake(accounts: readonly string[]): void {
    for (const account of accounts) this.#desks.get(account)?.wake();
  }

  async #open(account: string, broker: Broker): Promise<void> {
    const desk = new AccountDesk(account, broker, this.#parts);
    // Known before anything is waited for: who looks meanwhile opens no second desk.
    this.#desks.set(account, desk);
    try {
      await ensureAccount(this.#parts.database, account, broker.name);
    } catch (thrown) {
      this.#desks.delete(account);
      throw thrown;
    }
    desk.start();
  }

  #brokerOf(account: string, name: string): Broker {
    const broker = this.#parts.brokers.get(name);
    if (broker !== undefined) return broker;
    const rule = `one of ${[...this.#parts.brokers.keys()].join(', ')}`;
    throw new Fault('LIMITS_INVALID', { problems: [{ name: `accounts.${account}.broker`, rule }] });
  }
}

const STRATEGY_ID = /^[A-Z][A-Z0-9_]{0,31}$/;

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
  executionsSince: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};
