/**
 * One account on paper, in memory: the order plane's decisions and risk checks, the paper venue, the fold of facts
 * and the ledger, on the event's clock. What a process would wait for here is a time in a list.
 */
import type { EventHeaders } from '@tickmesh/bus';
import type {
  ExecutionReport,
  InstrumentMaster,
  MarketEvent,
  OrderIntent,
} from '@tickmesh/contracts';
import { type Closing, PositionJournal } from '@tickmesh/domain-ledger';
import {
  type EffectiveFill,
  type PaperEvent,
  type PaperSettings,
  PaperVenue,
  sessionEndMicros,
} from '@tickmesh/domain-orders';
import { type LimitsDocument, type OpenOrder, limitsAt } from '@tickmesh/domain-risk';
import {
  AccountBook,
  type AccountState,
  type Decisions,
  type HeldPosition,
  type LoggedOrder,
  MarketBoard,
  decideOne,
  ledgerEntries,
  paperInstrument,
  paperQuote,
} from '@tickmesh/order-plane/decide';
import { Fault } from '@tickmesh/kernel';
import { Deliveries } from './deliveries.ts';
import { MemoryLog } from './memory-log.ts';

export interface DeskParts {
  readonly account: string;
  readonly master: InstrumentMaster;
  readonly limits: LimitsDocument;
  readonly paper: PaperSettings;
  /** Every fill, when the account hears of it. */
  readonly onFill: (order: LoggedOrder, fill: EffectiveFill, atMicros: number) => void;
  /** Why an order was not let through: the codes of the checks. */
  readonly onDenied: (codes: readonly string[]) => void;
}

/** A report on its way to the strategy. */
export interface HeardReport {
  readonly atMicros: number;
  readonly report: ExecutionReport;
  readonly eventId: string;
  readonly runId: string;
}

/** Orders this long ago count for no rate (order plane: RECENT_MS). */
const RECENT_MICROS = 60_000_000;

type Due =
  | { readonly kind: 'venue'; readonly event: PaperEvent }
  | { readonly kind: 'report'; readonly heard: HeardReport };

type MutableState = AccountState & {
  positions: HeldPosition[];
  openOrders: OpenOrder[];
  fees: Map<string, bigint>;
};

export class PaperDesk {
  readonly #parts: DeskParts;
  readonly #board: MarketBoard;
  readonly #venue: PaperVenue;
  readonly #log: MemoryLog;
  readonly #due = new Deliveries<Due>();
  readonly #state: MutableState;
  readonly #journals = new Map<string, PositionJournal>();
  readonly #lots = new Map<string, PositionJournal>();
  #nowMicros = 0;

  constructor(parts: DeskParts) {
    const { account, master, paper } = parts;
    this.#parts = parts;
    this.#board = new MarketBoard(master);
    this.#venue = new PaperVenue(paper, master.all().map(paperInstrument));
    this.#state = {
      account,
      openOrders: [],
      recentOrders: [],
      recentChanges: [],
      positions: [],
      fees: new Map(),
      killSwitches: [],
      equityMarks: new Map(),
    };
    this.#log = new MemoryLog({
      account,
      instrumentOf: (symbol, exchange) => master.find(symbol, exchange),
      onReport: (report, cause, sequence) => {
        this.#tell(report, cause, sequence);
      },
      onFills: (order, before) => {
        this.#book(order, before);
      },
      onChange: (order) => {
        this.#refreshOpen(order);
      },
    });
  }

  /** When something happens next without a market event; Infinity when nothing waits. */
  get nextAtMicros(): number {
    return Math.min(this.#venue.nextAtMicros ?? Infinity, this.#due.nextAtMicros);
  }

  get orders(): Iterable<LoggedOrder> {
    return this.#log.orders;
  }

  /** Lots that were closed, oldest first, by market. */
  get closings(): ReadonlyMap<string, readonly Closing[]> {
    return new Map([...this.#lots].map(([market, journal]) => [market, journal.closings]));
  }

  get positions(): readonly HeldPosition[] {
    return this.#state.positions;
  }

  get fees(): ReadonlyMap<string, bigint> {
    return this.#state.fees;
  }

  /** Marked equity, MONEY_SCALE; undefined while a position has no mark. */
  equityOf(currency: string, atMicros: number): bigint | undefined {
    return this.#bookAt(atMicros).equityOf(currency);
  }

  /** Shows a market event: marks move, and orders that wait on the venue meet the quote. */
  show(market: string, event: MarketEvent, nowMicros: number): void {
    this.#board.show(event);
    if (event.tick === null) return;
    const heard = this.#venue.show(market, paperQuote(event.tick), nowMicros);
    if (heard.length > 0) this.#hear(heard);
  }

  /** Lets time pass to `nowMicros`; the next report that is due by then, or undefined when none is left. */
  advance(nowMicros: number): HeardReport | undefined {
    while (this.nextAtMicros <= nowMicros) {
      const venueAtMicros = this.#venue.nextAtMicros ?? Infinity;
      if (venueAtMicros <= this.#due.nextAtMicros) {
        this.#hear(this.#venue.advance(venueAtMicros));
        continue;
      }
      const due = this.#due.take();
      if (due === undefined) return undefined;
      this.#nowMicros = due.atMicros;
      if (due.item.kind === 'report') return due.item.heard;
      const { clientOrderId, fact } = due.item.event;
      const order = this.#log.findByClientOrderId(clientOrderId);
      if (order !== undefined) this.#log.record(order, [fact]);
    }
    return undefined;
  }

  /** Takes an intent: decides, and sends what is approved. */
  take(intent: OrderIntent, headers: EventHeaders, nowMicros: number): void {
    this.#nowMicros = nowMicros;
    this.#forgetRecent(nowMicros);
    const work: Decisions = {
      book: this.#bookAt(nowMicros),
      log: this.#log,
      nowMicros,
      account: this.#parts.account,
      decisions: [],
      requests: [],
    };
    const assessment = decideOne(work, { intent, headers, source: headers.event_id });
    if (assessment?.approved === false) this.#parts.onDenied(assessment.failed);
    if (intent.action === 'NEW' && assessment?.approved === true) this.#submit(intent, nowMicros);
    for (const { kind, state, target_intent_id: target } of work.requests) {
      if (state === 'pending') this.#request(kind, target, { intent, headers, nowMicros });
    }
  }

  #submit(intent: OrderIntent, nowMicros: number): void {
    const order = this.#orderOf(intent.intent_id);
    const { clientOrderId, symbol, exchange, fold } = order;
    this.#log.record(order, [{ kind: 'sending', attempt: 1, clientOrderId, atMicros: nowMicros }]);
    const { side, orderKind, lifetime, terms, postOnly } = fold.intent;
    const { time_zone: timeZone, sessions, holidays } = this.#instrument(symbol, exchange);
    this.#venue.submit(
      {
        clientOrderId,
        market: `${exchange}|${symbol}`,
        side,
        orderKind,
        lifetime,
        ...(postOnly === true ? { postOnly } : {}),
        terms,
        expiresAtMicros: sessionEndMicros({ timeZone, sessions, holidays }, nowMicros),
      },
      nowMicros,
    );
  }

  #request(
    kind: 'cancel' | 'replace',
    target: string,
    {
      intent,
      headers,
      nowMicros,
    }: { intent: OrderIntent; headers: EventHeaders; nowMicros: number },
  ): void {
    const order = this.#orderOf(target);
    const requestId = intent.intent_id;
    this.#log.expectAnswer(order, { requestId, kind, strategyId: intent.strategy_id, headers });
    const { clientOrderId } = order;
    if (kind === 'cancel') {
      this.#venue.cancel(clientOrderId, requestId, nowMicros);
      return;
    }
    const { quantity, limit_price: limitPrice, stop_price: stopPrice } = intent;
    const terms = {
      quantity,
      ...(limitPrice === null ? {} : { limitPrice }),
      ...(stopPrice === null ? {} : { stopPrice }),
    };
    this.#venue.replace({ clientOrderId, requestId, terms }, nowMicros);
  }

  #hear(events: readonly PaperEvent[]): void {
    for (const event of events) this.#due.add(event.deliverAtMicros, { kind: 'venue', event });
  }

  #tell(report: ExecutionReport, cause: EventHeaders, sequence: number): void {
    const eventId = `${cause.run_id}/${report.intent_id}#${sequence}`;
    const atMicros = this.#nowMicros;
    const heard = { atMicros, report, eventId, runId: cause.run_id };
    this.#due.add(atMicros, { kind: 'report', heard });
  }

  /** Books what is new of an order's fills; fills that were restated are booked anew. */
  #book(order: LoggedOrder, before: readonly EffectiveFill[]): void {
    const { intentId, symbol, exchange, fold } = order;
    const market = `${exchange}|${symbol}`;
    const instrument = this.#instrument(symbol, exchange);
    const filled = { intentId, instrument, side: fold.intent.side };
    const fees = new Map(this.#state.fees);
    const undone = before.flatMap((fill) => ledgerEntries(filled, fill, fees, -1n));
    const after = fold.state().fills;
    const entries = after.flatMap((fill) => ledgerEntries(filled, fill, fees, 1n));
    this.#state.fees = fees;
    const journal = held(this.#journals, market, () => new PositionJournal(instrument, 'average'));
    const lots = held(this.#lots, market, () => new PositionJournal(instrument, 'fifo'));
    const grown = undone.every((entry, i) => entry.executionId === entries[i]?.executionId);
    for (const each of [journal, lots]) {
      if (grown) for (const entry of entries.slice(undone.length)) each.add(entry);
      else each.restate(intentId, entries);
    }
    const position = { symbol, exchange, position: journal.position };
    const others = this.#state.positions.filter(
      (other) => `${other.exchange}|${other.symbol}` !== market,
    );
    this.#state.positions = [...others, position];
    for (const fill of after.slice(before.length)) this.#parts.onFill(order, fill, this.#nowMicros);
  }

  /** The open orders that decisions see: an order leaves when it has ended. */
  #refreshOpen(order: LoggedOrder): void {
    const { openOrders } = this.#state;
    const at = openOrders.findIndex(({ intentId }) => intentId === order.intentId);
    if (at < 0) return;
    const { ended, leavesQuantity, terms, unresolved } = order.fold.state();
    const known = openOrders[at]!;
    if (ended) openOrders.splice(at, 1);
    else openOrders[at] = { ...known, leavesQuantity, limitPrice: terms.limitPrice, unresolved };
  }

  #bookAt(nowMicros: number): AccountBook {
    return new AccountBook(this.#state, this.#board, limitsAt(this.#parts.limits, nowMicros));
  }

  #forgetRecent(nowMicros: number): void {
    const { recentOrders } = this.#state;
    const from = recentOrders.findIndex(({ atMicros }) => nowMicros - atMicros < RECENT_MICROS);
    recentOrders.splice(0, from < 0 ? recentOrders.length : from);
  }

  #orderOf(intentId: string): LoggedOrder {
    const order = this.#log.find(intentId);
    if (order === undefined) throw new Fault('NOT_FOUND', { intent_id: intentId });
    return order;
  }

  #instrument(symbol: string, exchange: string) {
    const instrument = this.#parts.master.find(symbol, exchange);
    if (instrument === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { symbol, exchange });
    return instrument;
  }
}

function held<T>(by: Map<string, T>, key: string, make: () => T): T {
  let found = by.get(key);
  if (found === undefined) by.set(key, (found = make()));
  return found;
}
