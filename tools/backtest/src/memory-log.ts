/**
 * The orders of one account in memory: what the order plane keeps in its database. Facts, folds, reports and fills
 * are the plane's own; only where they are written differs.
 */
import type { EventHeaders } from '@tickmesh/bus';
import type { ExecutionReport, Instrument } from '@tickmesh/contracts';
import {
  type EffectiveFill,
  OrderFold,
  type OrderState,
  buildReport,
  buildRequestReport,
  isReportDue,
} from '@tickmesh/domain-orders';
import { type DecisionLog, type LoggedOrder, requestOutcome } from '@tickmesh/order-plane/decide';
import { Fault } from '@tickmesh/kernel';

type RequestReport = Parameters<DecisionLog['answerRequest']>;

/** A cancel or replace that is on its way. */
export interface SentRequest {
  readonly requestId: string;
  readonly kind: 'cancel' | 'replace';
  readonly strategyId: string;
  readonly headers: EventHeaders;
}

export interface MemoryLogParts {
  readonly account: string;
  readonly instrumentOf: (symbol: string, exchange: string) => Instrument | undefined;
  /** Told of every report, in order. */
  readonly onReport: (report: ExecutionReport, cause: EventHeaders, sequence: number) => void;
  /** Told of the fills of an order whenever they change. */
  readonly onFills: (order: LoggedOrder, before: readonly EffectiveFill[]) => void;
  /** Told of every order that may have changed. */
  readonly onChange: (order: LoggedOrder) => void;
}

export class MemoryLog implements DecisionLog {
  readonly #parts: MemoryLogParts;
  readonly #orders = new Map<string, LoggedOrder>();
  readonly #byClientOrderId = new Map<string, LoggedOrder>();
  readonly #requests = new Map<string, SentRequest[]>();

  constructor(parts: MemoryLogParts) {
    this.#parts = parts;
  }

  get orders(): Iterable<LoggedOrder> {
    return this.#orders.values();
  }

  find(intentId: string): LoggedOrder | undefined {
    return this.#orders.get(intentId);
  }

  findByClientOrderId(clientOrderId: string): LoggedOrder | undefined {
    return this.#byClientOrderId.get(clientOrderId);
  }

  create(order: Parameters<DecisionLog['create']>[0]): LoggedOrder {
    const fold = new OrderFold(order.intent);
    const intentId = order.intent.intentId;
    const created: LoggedOrder = {
      ...order,
      intentId,
      fold,
      before: fold.state(),
      reports: 0,
      isNew: true,
      isChanged: true,
    };
    this.#orders.set(intentId, created);
    this.#byClientOrderId.set(order.clientOrderId, created);
    return created;
  }

  /** Records facts, one after the other; each change that is to be told makes a report. */
  record(order: LoggedOrder, facts: Parameters<DecisionLog['record']>[1]): void {
    for (const fact of facts) {
      const before = order.fold.state();
      if (!order.fold.add(fact)) continue;
      const after = order.fold.state();
      if (before.fills !== after.fills) this.#parts.onFills(order, before.fills);
      this.#parts.onChange(order);
      const told = order.reports === 0 ? undefined : before;
      if (isReportDue(told, after)) this.#report(order, after, fact.atMicros);
      this.#endRequests(order, fact.atMicros);
    }
  }

  answerRequest(request: RequestReport[0], outcome: RequestReport[1]): void {
    const report = buildRequestReport(this.#subjectOf(request), outcome);
    this.#parts.onReport(report, request.headers, 1);
  }

  /** Remembers a request until its order answers it. */
  expectAnswer(order: LoggedOrder, request: SentRequest): void {
    this.#requests.set(order.intentId, [...(this.#requests.get(order.intentId) ?? []), request]);
  }

  #endRequests(order: LoggedOrder, atMicros: number): void {
    const open = this.#requests.get(order.intentId);
    if (open === undefined) return;
    const { symbol, exchange, clientOrderId } = order;
    const left = open.filter((request) => {
      const { requestId, kind, strategyId, headers } = request;
      const outcome = requestOutcome({ request_id: requestId, kind }, order.fold);
      if (outcome === undefined) return true;
      this.answerRequest(
        { intentId: requestId, strategyId, symbol, exchange, headers },
        { ...outcome, clientOrderId, side: order.fold.intent.side, atMicros },
      );
      return false;
    });
    if (left.length > 0) this.#requests.set(order.intentId, left);
    else this.#requests.delete(order.intentId);
  }

  #report(order: LoggedOrder, state: OrderState, atMicros: number): void {
    order.reports++;
    const sequence = order.reports;
    const report = buildReport(this.#subjectOf(order), order.fold.intent, state, {
      sequence,
      atMicros,
    });
    this.#parts.onReport(report, order.headers, sequence);
  }

  #subjectOf(order: {
    readonly intentId: string;
    readonly strategyId: string;
    readonly symbol: string;
    readonly exchange: string;
  }) {
    const { intentId, strategyId, symbol, exchange } = order;
    const instrument = this.#parts.instrumentOf(symbol, exchange);
    if (instrument === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { symbol, exchange });
    const { account } = this.#parts;
    const quoteCurrency = instrument.quote_currency;
    return { intentId, strategyId, account, symbol, exchange, broker: 'paper', quoteCurrency };
  }
}
