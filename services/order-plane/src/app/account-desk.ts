/**
 * One account at its broker, as long as this instance holds the lease: a single loop that records what the broker says,
 * sends what is approved, asks about what is unknown, and publishes reports. Nothing else speaks for the account.
 */
import { Fault, faultOf } from '@tickmesh/kernel';
import { type DispatchParts, type HeldLease, dispatch } from './dispatch.ts';
import { acquireLease, releaseLease, renewLease } from './leases.ts';
import type { Broker, BrokerFact, BrokerSession } from './ports.ts';
import { recordFacts } from './record-facts.ts';
import { type RelayParts, relayReports } from './relay.ts';
import {
  declareOverdue,
  declareUnanswered,
  recoverOrders,
  resolveUnknown,
} from './unknown-orders.ts';

export interface DeskTimes {
  readonly leaseMs: number;
  /** An order without an answer for so long is UNKNOWN. */
  readonly answerTimeoutMs: number;
  /** Between two questions about unknown orders, and two sendings of one request. */
  readonly askIntervalMs: number;
  /** Between two looks at the tables when nothing woke the desk. */
  readonly pollIntervalMs: number;
}

export interface DeskParts extends DispatchParts, RelayParts {
  readonly times: DeskTimes;
  /** Tells this process from every other. */
  readonly holder: string;
  /** Resolves after so long, or when `signal` is aborted. */
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Facts taken into one transaction. */
const FACTS_MAX = 500;

export class AccountDesk {
  readonly account: string;
  readonly #broker: Broker;
  readonly #parts: DeskParts;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #isWoken = false;
  #facts: BrokerFact[] = [];
  #lease: HeldLease | undefined;
  #running: Promise<void> | undefined;
  #askAtMicros = 0;

  constructor(account: string, broker: Broker, parts: DeskParts) {
    this.account = account;
    this.#broker = broker;
    this.#parts = parts;
  }

  get isOwner(): boolean {
    return this.#lease !== undefined;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something to send, record or publish. */
  wake(): void {
    this.#isWoken = true;
    this.#wake.abort();
  }

  /** Ends the loop after what is in hand, and gives the lease back. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#own();
      } catch (thrown) {
        this.#parts.probe.failed?.('desk', faultOf(thrown));
      }
      await this.#pause(this.#parts.times.pollIntervalMs);
    }
  }

  /** One time of ownership, from the lease to its loss. Returns at once while another instance has it. */
  async #own(): Promise<void> {
    const { database, holder, times, probe } = this.#parts;
    const wanted = { account: this.account, broker: this.#broker.name, holder };
    const lease = await acquireLease(database, wanted, times.leaseMs);
    if (lease === undefined) return;
    this.#lease = lease;
    probe.leaseChanged?.(this.account, 'acquired', lease.epoch);
    let session: BrokerSession | undefined;
    const lost = new AbortController();
    const renewing = this.#renew(lease, lost);
    try {
      session = await this.#open(lease);
      await recoverOrders(this.#parts, lease, session);
      while (!this.#stopped.signal.aborted && !lost.signal.aborted) {
        const more = await this.#turn(lease, session);
        if (!more) await this.#pause(times.pollIntervalMs);
      }
    } finally {
      this.#lease = undefined;
      lost.abort();
      await renewing;
      await session?.close();
      this.#facts = [];
      probe.leaseChanged?.(this.account, 'lost', lease.epoch);
      await releaseLease(database, lease).catch((thrown: unknown) => {
        probe.failed?.('release lease', faultOf(thrown));
      });
    }
  }

  #open(lease: HeldLease): Promise<BrokerSession> {
    const { account, epoch } = lease;
    return this.#broker.open({
      account,
      epoch,
      onFacts: (facts) => {
        this.#facts.push(...facts);
        this.wake();
      },
    });
  }

  /** Returns whether there is more to do at once. */
  async #turn(lease: HeldLease, session: BrokerSession): Promise<boolean> {
    const { times, clock } = this.#parts;
    this.#isWoken = false;
    await this.#recordHeard(lease);
    const sent = await dispatch(this.#parts, lease, session, times.askIntervalMs);
    await declareUnanswered(this.#parts, lease, sent.lost);
    const nowMicros = clock.nowMicros();
    if (nowMicros >= this.#askAtMicros) {
      this.#askAtMicros = nowMicros + times.askIntervalMs * 1_000;
      await declareOverdue(this.#parts, lease, nowMicros - times.answerTimeoutMs * 1_000);
      await resolveUnknown(this.#parts, lease, session);
    }
    const moreReports = await relayReports(this.#parts, this.account);
    return sent.more || moreReports || this.#facts.length > 0;
  }

  /** Facts stay in hand until they are written. */
  async #recordHeard(lease: HeldLease): Promise<void> {
    while (this.#facts.length > 0) {
      const facts = this.#facts.slice(0, FACTS_MAX);
      const unknown = await recordFacts(this.#parts, lease, facts);
      this.#facts.splice(0, facts.length);
      for (const clientOrderId of unknown) {
        const fault = new Fault('NOT_FOUND', {
          account: this.account,
          client_order_id: clientOrderId,
        });
        this.#parts.probe.failed?.('facts of an order that is not ours', fault);
      }
    }
  }

  /** Renews at a third of the lease's life. An answer that comes too late is a lost lease too. */
  async #renew(lease: HeldLease, lost: AbortController): Promise<void> {
    const { database, times, probe, sleep } = this.#parts;
    const isOver = (): boolean => lost.signal.aborted;
    while (!isOver()) {
      await sleep(times.leaseMs / 3, lost.signal);
      if (isOver()) return;
      try {
        if (await renewLease(database, lease, times.leaseMs)) continue;
        lost.abort();
        this.wake();
      } catch (thrown) {
        // The database is away: nothing can be sent without it, and the next renewal tells.
        probe.failed?.('renew lease', faultOf(thrown));
      }
    }
  }

  async #pause(delayMs: number): Promise<void> {
    if (this.#isWoken || this.#stopped.signal.aborted) return;
    this.#wake = new AbortController();
    await this.#parts.sleep(delayMs, this.#wake.signal);
  }
}
