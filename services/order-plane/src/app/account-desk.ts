/**
 * One account at its broker, as long as this instance holds the lease: one loop records what the broker says, sends
 * what is approved and asks about what is unknown; beside it, a second one publishes reports, so that neither waits
 * for the other. Nothing else speaks for the account.
 */
import { Fault, faultOf } from '@tickmesh/kernel';
import { Bell, type Sleep } from './bell.ts';
import { type DispatchParts, type HeldLease, dispatch, submitOrders } from './dispatch.ts';
import { type Handing, Handover } from './handover.ts';
import { acquireLease, releaseLease, renewLease } from './leases.ts';
import type { Broker, BrokerFact, BrokerSession } from './ports.ts';
import { recordFacts } from './record-facts.ts';
import { type RelayParts, relayReports } from './relay.ts';
import {
  declareOverdue,
  declareUnanswered,
  reconcile,
  recoverOrders,
  resolveUnknown,
} from './unknown-orders.ts';

export interface DeskTimes {
  readonly leaseMs: number;
  /** An order without an answer for so long is UNKNOWN. */
  readonly answerTimeoutMs: number;
  /** Between two questions about unknown orders, and two sendings of one request. */
  readonly askIntervalMs: number;
  /** Between two questions about everything that works. */
  readonly reconcileIntervalMs: number;
  /** Between two looks at the tables when nothing woke the desk. */
  readonly pollIntervalMs: number;
}

export interface DeskParts extends DispatchParts, RelayParts {
  readonly times: DeskTimes;
  /** Tells this process from every other. */
  readonly holder: string;
  readonly sleep: Sleep;
}

/** What one time of ownership works with. */
interface Owned {
  readonly lease: HeldLease;
  readonly session: BrokerSession;
  readonly handover: Handover;
}

/** The broker's clock is not ours, and it may tell fills late. */
const EXECUTIONS_OVERLAP_MICROS = 60_000_000;

/** Facts taken into one transaction. */
const FACTS_MAX = 500;

export class AccountDesk {
  readonly account: string;
  readonly #broker: Broker;
  readonly #parts: DeskParts;
  readonly #stopped = new AbortController();
  readonly #work: Bell;
  readonly #outbox: Bell;
  #facts: BrokerFact[] = [];
  #lease: HeldLease | undefined;
  #handover: Handover | undefined;
  #running: Promise<void> | undefined;
  #askAtMicros = 0;
  #reconcileAtMicros = 0;

  constructor(account: string, broker: Broker, parts: DeskParts) {
    this.account = account;
    this.#broker = broker;
    this.#parts = parts;
    this.#work = new Bell(parts.sleep);
    this.#outbox = new Bell(parts.sleep);
  }

  get isOwner(): boolean {
    return this.#lease !== undefined;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something to send, record or publish. */
  wake(): void {
    this.#work.ring();
    this.#outbox.ring();
  }

  /** For an intake of this process; undefined while the desk does not serve. */
  beginHanding(): Handing | undefined {
    return this.#handover?.begin();
  }

  /** Ends the loop after what is in hand, and gives the lease back. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const isOver = (): boolean => this.#stopped.signal.aborted;
    while (!isOver()) {
      this.#work.heard();
      try {
        await this.#own();
      } catch (thrown) {
        this.#parts.probe.failed?.('desk', faultOf(thrown));
      }
      if (!isOver()) await this.#work.wait(this.#parts.times.pollIntervalMs);
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
      session = await this.#open(lease, lost);
      this.#planReconciling();
      await recoverOrders(this.#parts, lease, session);
      await this.#serve(lease, session, lost);
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

  /** Both loops until the desk stops or loses its lease. What fails in one ends both. */
  async #serve(lease: HeldLease, session: BrokerSession, lost: AbortController): Promise<void> {
    const handover = new Handover(lease, () => {
      this.#work.ring();
    });
    this.#handover = handover;
    try {
      await this.#serveOver({ lease, session, handover }, lost);
    } finally {
      this.#handover = undefined;
    }
  }

  async #serveOver(owned: Owned, lost: AbortController): Promise<void> {
    const isOver = (): boolean => this.#stopped.signal.aborted || lost.signal.aborted;
    const loop = async (bell: Bell, turn: () => Promise<boolean>): Promise<void> => {
      try {
        while (!isOver()) {
          bell.heard();
          const more = await turn();
          if (!more && !isOver()) await bell.wait(this.#parts.times.pollIntervalMs);
        }
      } catch (thrown) {
        lost.abort();
        this.wake();
        throw thrown;
      }
    };
    const relay = (): Promise<boolean> => relayReports(this.#parts, this.account);
    const ends = await Promise.allSettled([
      loop(this.#work, () => this.#turn(owned)),
      loop(this.#outbox, relay),
    ]);
    for (const end of ends) if (end.status === 'rejected') throw faultOf(end.reason);
    if (lost.signal.aborted) return;
    // What was still marked and written goes out, unless another instance speaks for the account by now.
    await owned.handover.close();
    await this.#submitHanded(owned);
    await relay();
  }

  /** A session whose line is lost ends this time of ownership: the next one asks what happened meanwhile. */
  #open(lease: HeldLease, lost: AbortController): Promise<BrokerSession> {
    const { account, epoch } = lease;
    return this.#broker.open({
      account,
      epoch,
      onFacts: (facts) => {
        this.#facts.push(...facts);
        this.wake();
      },
      onLost: (fault) => {
        this.#parts.probe.failed?.('broker session', fault);
        lost.abort();
        this.wake();
      },
    });
  }

  /** Returns whether there is more to do at once. */
  async #turn(owned: Owned): Promise<boolean> {
    const { times } = this.#parts;
    const { lease, session } = owned;
    const toPublish = (): void => {
      this.#outbox.ring();
    };
    if (await this.#submitHanded(owned)) toPublish();
    if (await this.#recordHeard(lease)) toPublish();
    const sent = await dispatch(this.#parts, lease, session, {
      repeatAfterMs: times.askIntervalMs,
      committed: toPublish,
    });
    await declareUnanswered(this.#parts, lease, sent.lost);
    if (sent.lost.length > 0) toPublish();
    if (await this.#askInTime(owned)) toPublish();
    return sent.more || this.#facts.length > 0;
  }

  /** Whether some of what intakes had marked got no answer. */
  async #submitHanded({ lease, session, handover }: Owned): Promise<boolean> {
    const lost = await submitOrders(this.#parts, lease, session, handover.take());
    await declareUnanswered(this.#parts, lease, lost);
    return lost.length > 0;
  }

  /** Asks the broker about what is unknown, and at longer intervals about everything. Whether it was time to. */
  async #askInTime(owned: Owned): Promise<boolean> {
    const { times, clock } = this.#parts;
    const { lease, session, handover } = owned;
    const nowMicros = clock.nowMicros();
    if (nowMicros < Math.min(this.#askAtMicros, this.#reconcileAtMicros)) return false;
    await handover.close();
    try {
      await this.#submitHanded(owned);
      if (nowMicros >= this.#askAtMicros) {
        this.#askAtMicros = nowMicros + times.askIntervalMs * 1_000;
        await declareOverdue(this.#parts, lease, nowMicros - times.answerTimeoutMs * 1_000);
        await resolveUnknown(this.#parts, lease, session);
      }
      if (nowMicros >= this.#reconcileAtMicros) await this.#reconcile(lease, session, nowMicros);
    } finally {
      handover.reopen();
    }
    return true;
  }

  /** A broker that cannot answer now is asked at the next time; a fault of ours ends the turn. */
  async #reconcile(lease: HeldLease, session: BrokerSession, nowMicros: number): Promise<void> {
    const spanMicros = this.#parts.times.reconcileIntervalMs * 1_000;
    const sinceMicros = nowMicros - 2 * spanMicros - EXECUTIONS_OVERLAP_MICROS;
    this.#planReconciling();
    try {
      await reconcile(this.#parts, lease, { session, sinceMicros });
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.code !== 'ORDER_BROKER_UNREACHABLE') throw fault;
      this.#parts.probe.failed?.('reconcile', fault);
    }
  }

  #planReconciling(): void {
    const { clock, times } = this.#parts;
    this.#reconcileAtMicros = clock.nowMicros() + times.reconcileIntervalMs * 1_000;
  }

  /** Facts stay in hand until they are written. Whether there were any. */
  async #recordHeard(lease: HeldLease): Promise<boolean> {
    const isAny = this.#facts.length > 0;
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
    return isAny;
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
}
