/**
 * The broker port over the paper venue: the venue matches, the book keeps. Nothing is said that is not written first, so
 * an order that was accepted before a crash is found again, with its fills, when the broker is asked.
 */
import type { InstrumentMaster, MarketEvent } from '@tickmesh/contracts';
import {
  type PaperEvent,
  type PaperOrder,
  type PaperQuote,
  type PaperSettings,
  PaperVenue,
  sessionEndMicros,
} from '@tickmesh/domain-orders';
import { type Clock, type Fault, faultOf } from '@tickmesh/kernel';
import type {
  Broker,
  BrokerAnswer,
  BrokerFact,
  BrokerOrder,
  BrokerRequest,
  BrokerSession,
  BrokerSessionOptions,
} from '../app/ports.ts';
import type { OrderTerms } from '@tickmesh/domain-orders';
import type { PaperBook } from './paper-book.ts';
import { paperInstrument, paperQuote } from '../app/paper-market.ts';

export interface PaperBrokerParts {
  readonly book: PaperBook;
  readonly clock: Clock;
  readonly master: InstrumentMaster;
  readonly settings: PaperSettings;
  readonly onFault: (doing: string, fault: Fault) => void;
}

/** Between two attempts to write what was said, while the database is away. */
const RETRY_MS = 500;

export class PaperBroker implements Broker {
  readonly name = 'paper';
  readonly #parts: PaperBrokerParts;
  readonly #sessions = new Set<PaperSession>();
  /** The last quote of each market: a session that opens later starts from it. */
  readonly #quotes = new Map<string, PaperQuote>();

  constructor(parts: PaperBrokerParts) {
    this.#parts = parts;
  }

  async open(options: BrokerSessionOptions): Promise<BrokerSession> {
    await this.#parts.book.openSession(options);
    const session = new PaperSession(this.#parts, options, () => this.#sessions.delete(session));
    for (const [market, quote] of this.#quotes) session.prime(market, quote);
    await session.restore();
    this.#sessions.add(session);
    return session;
  }

  /** Takes ticks; other events say nothing that orders could meet. */
  show({ symbol, exchange, received_at: receivedAtMicros, tick }: MarketEvent): void {
    if (tick === null) return;
    const market = `${exchange}|${symbol}`;
    const quote = paperQuote(tick);
    this.#quotes.set(market, quote);
    for (const session of this.#sessions) {
      // A quote from before the session met the orders of its time: it meets none twice.
      if (receivedAtMicros >= session.openedAtMicros) session.show(market, quote);
      else session.prime(market, quote);
    }
  }
}

class PaperSession implements BrokerSession {
  readonly openedAtMicros: number;
  readonly #parts: PaperBrokerParts;
  readonly #options: BrokerSessionOptions;
  readonly #venue: PaperVenue;
  readonly #onClosed: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #advanceTimer: NodeJS.Timeout | undefined;
  /** What was said and is not written yet, in order. */
  #unwritten: PaperEvent[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: PaperBrokerParts, options: BrokerSessionOptions, onClosed: () => void) {
    this.#parts = parts;
    this.#options = options;
    this.#onClosed = onClosed;
    this.openedAtMicros = parts.clock.nowMicros();
    this.#venue = new PaperVenue(parts.settings, parts.master.all().map(paperInstrument));
  }

  async restore(): Promise<void> {
    const nowMicros = this.#parts.clock.nowMicros();
    for (const state of await this.#parts.book.openOrders(this.#options.account)) {
      if (state.arrived) this.#venue.restore(state);
      else this.#venue.submit(state.order, nowMicros);
    }
    this.#plan();
  }

  prime(market: string, quote: PaperQuote): void {
    this.#hear(this.#venue.prime(market, quote));
  }

  show(market: string, quote: PaperQuote): void {
    this.#hear(this.#venue.show(market, quote, this.#parts.clock.nowMicros()));
  }

  async submit(order: BrokerOrder): Promise<void> {
    const paper = this.#paperOrder(order);
    const taken = await this.#parts.book.takeOrder(this.#options, paper);
    const nowMicros = this.#parts.clock.nowMicros();
    if (taken === 'new') this.#venue.submit(paper, nowMicros);
    else if (taken === 'same') await this.#repeat(order.clientOrderId);
    else this.#refuse(order.clientOrderId, nowMicros);
    this.#plan();
  }

  async cancel(request: BrokerRequest): Promise<void> {
    await this.#parts.book.takeRequest(this.#options, request);
    if (await this.#repeatAnswer(request)) return;
    const { clientOrderId, requestId } = request;
    this.#venue.cancel(clientOrderId, requestId, this.#parts.clock.nowMicros());
    this.#plan();
  }

  async replace(request: BrokerRequest & { readonly terms: OrderTerms }): Promise<void> {
    await this.#parts.book.takeRequest(this.#options, request);
    if (await this.#repeatAnswer(request)) return;
    this.#venue.replace(request, this.#parts.clock.nowMicros());
    this.#plan();
  }

  async lookup(clientOrderId: string): Promise<BrokerAnswer> {
    await this.#writing;
    const facts = await this.#parts.book.said(this.#options, clientOrderId);
    return facts === undefined ? { kind: 'absent' } : { kind: 'found', facts };
  }

  async executionsSince(sinceMicros: number): Promise<readonly BrokerFact[]> {
    await this.#writing;
    return this.#parts.book.executionsSince(this.#options, sinceMicros);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onClosed();
    clearTimeout(this.#advanceTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#writing;
  }

  /** An order that is handed over twice is one order: what was said of it is said again. */
  async #repeat(clientOrderId: string): Promise<void> {
    const facts = (await this.#parts.book.said(this.#options, clientOrderId)) ?? [];
    this.#options.onFacts(facts.map((fact) => ({ clientOrderId, fact })));
  }

  /** Whether the request was answered before; then the answer is said again. */
  async #repeatAnswer({ clientOrderId, requestId }: BrokerRequest): Promise<boolean> {
    const facts = (await this.#parts.book.said(this.#options, clientOrderId)) ?? [];
    const answers = facts.filter(
      (fact) => ('requestId' in fact && fact.requestId === requestId) || fact.kind === 'canceled',
    );
    this.#options.onFacts(answers.map((fact) => ({ clientOrderId, fact })));
    return answers.length > 0;
  }

  #refuse(clientOrderId: string, atMicros: number): void {
    const reason = 'the order id is taken by another order';
    this.#options.onFacts([{ clientOrderId, fact: { kind: 'rejected', reason, atMicros } }]);
  }

  #paperOrder(order: BrokerOrder): PaperOrder {
    const { clientOrderId, symbol, exchange, side, orderKind, lifetime, terms } = order;
    const instrument = this.#parts.master.find(symbol, exchange);
    const market = `${exchange}|${symbol}`;
    const resting = order.postOnly === true ? { postOnly: true } : {};
    const paper = { clientOrderId, market, side, orderKind, lifetime, terms, ...resting };
    if (lifetime !== 'DAY' || instrument === undefined) return paper;
    const calendar = { ...instrument, timeZone: instrument.time_zone };
    return { ...paper, expiresAtMicros: sessionEndMicros(calendar, this.#parts.clock.nowMicros()) };
  }

  /** Advances the venue when something next arrives there. */
  #plan(): void {
    clearTimeout(this.#advanceTimer);
    const atMicros = this.#venue.nextAtMicros;
    if (atMicros === undefined || this.#isClosed) return;
    const delayMs = Math.ceil((atMicros - this.#parts.clock.nowMicros()) / 1_000);
    this.#advanceTimer = setTimeout(
      () => {
        this.#hear(this.#venue.advance(this.#parts.clock.nowMicros()));
        this.#plan();
      },
      Math.min(Math.max(0, delayMs), TIMER_MS_MAX),
    );
  }

  #hear(events: readonly PaperEvent[]): void {
    if (events.length === 0 || this.#isClosed) return;
    this.#unwritten.push(...events);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    while (this.#unwritten.length > 0) {
      const events = [...this.#unwritten];
      try {
        await this.#parts.book.writeEvents(this.#options, events);
      } catch (thrown) {
        const fault = faultOf(thrown);
        this.#parts.onFault('write what the paper broker said', fault);
        // Another session has the account now: what this one matched after that never happened.
        if (fault.code === 'LEASE_LOST' || this.#isClosed) return;
        await new Promise((done) => setTimeout(done, RETRY_MS));
        continue;
      }
      this.#unwritten.splice(0, events.length);
      this.#deliver(events);
    }
  }

  #deliver(events: readonly PaperEvent[]): void {
    const nowMicros = this.#parts.clock.nowMicros();
    for (const { clientOrderId, fact, deliverAtMicros } of events) {
      const delayMs = Math.ceil((deliverAtMicros - nowMicros) / 1_000);
      if (delayMs <= 0) {
        this.#options.onFacts([{ clientOrderId, fact }]);
        continue;
      }
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#options.onFacts([{ clientOrderId, fact }]);
      }, delayMs);
      this.#timers.add(timer);
    }
  }
}

/** Node's timers hold 31 bits; a longer wait is planned again when it ends. */
const TIMER_MS_MAX = 2_000_000_000;
