import type { ExecutionReport, OrderIntent } from '@tickmesh/contracts';
import { type MarketKey, type WorkingOrder, marketKey } from './strategy.ts';

/** Reports say no more than that an order has ended; late fills of these are still counted. */
const ENDED: ReadonlySet<ExecutionReport['status']> = new Set([
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
]);
/** Ended orders that are remembered for late fills and repeated reports. */
const ENDED_ORDERS_MAX = 1000;

/** Other terms that were asked for, or, without a quantity, the end of the order. Decimals as units of scale 9. */
interface OpenRequest {
  readonly intentId: string;
  readonly quantity: string | null;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
}

/** What is kept of one order, as a checkpoint writes it: decimals as units of scale 9. */
interface OrderLine {
  readonly market: MarketKey;
  readonly side: 1 | -1;
  readonly orderType: OrderIntent['order_type'];
  readonly timeInForce: OrderIntent['time_in_force'];
  readonly sentAtMicros: number;
  changedAtMicros: number;
  quantity: string;
  limitPrice: string | null;
  stopPrice: string | null;
  filled: string;
  ended: boolean;
  request: OpenRequest | null;
}

export interface OrderLines {
  readonly lines: Readonly<Record<string, OrderLine>>;
  readonly positions: Readonly<Record<MarketKey, string>>;
}

/** An order of the strategy with what an intent about it must repeat. */
export interface OwnOrder extends WorkingOrder {
  readonly market: MarketKey;
  readonly timeInForce: OrderIntent['time_in_force'];
}

/**
 * A strategy's own orders and position, kept from its intents and the reports on them. Reports carry
 * cumulative fills, so a repeated or late one changes nothing twice. Quantities are scale 9.
 */
export class BookOfOrders {
  readonly #lines = new Map<string, OrderLine>();
  /** Orders that may still fill, by market: what a strategy asks for at every tick. */
  readonly #open = new Map<MarketKey, Map<string, OrderLine>>();
  /** Request to the order that it is about. */
  readonly #requests = new Map<string, string>();
  readonly #positions = new Map<MarketKey, bigint>();

  position(market: MarketKey): bigint {
    return this.#positions.get(market) ?? 0n;
  }

  /** Signed quantity that may still fill; of an order that is being changed, the larger of both. */
  working(market: MarketKey): bigint {
    let sum = 0n;
    for (const line of this.#open.get(market)?.values() ?? []) {
      sum += BigInt(line.side) * leavesOf(line);
    }
    return sum;
  }

  /** The orders of a market that may still fill, in the order in which they were sent. */
  workingOrders(market: MarketKey): readonly OwnOrder[] {
    const open = this.#open.get(market);
    if (open === undefined || open.size === 0) return [];
    return [...open].map(([intentId, line]) => ownOrder(intentId, line));
  }

  /** An order that may still fill; undefined for one that has ended or is not the strategy's. */
  find(intentId: string): OwnOrder | undefined {
    const line = this.#lines.get(intentId);
    return line === undefined || line.ended ? undefined : ownOrder(intentId, line);
  }

  /** Takes an intent in at the time of its cause. */
  sent(intent: OrderIntent, atMicros: number): void {
    if (intent.action !== 'NEW') {
      this.#asked(intent, atMicros);
      return;
    }
    const line: OrderLine = {
      market: marketKey(intent),
      side: intent.direction === 'BUY' ? 1 : -1,
      orderType: intent.order_type,
      timeInForce: intent.time_in_force,
      sentAtMicros: atMicros,
      changedAtMicros: atMicros,
      quantity: intent.quantity.toString(),
      limitPrice: unitsText(intent.limit_price),
      stopPrice: unitsText(intent.stop_price),
      filled: '0',
      ended: false,
      request: null,
    };
    this.#lines.set(intent.intent_id, line);
    this.#openIn(line.market).set(intent.intent_id, line);
  }

  /** Takes a report in; false when it is about an order of somebody else or says nothing new. */
  reported(report: ExecutionReport): boolean {
    const target = this.#requests.get(report.intent_id);
    if (target !== undefined) return this.#answered(report, target);
    const line = this.#lines.get(report.intent_id);
    if (line === undefined) return false;
    const filledBefore = BigInt(line.filled);
    const ended = line.ended || ENDED.has(report.status);
    // Cumulative fills only grow but for a bust, which a later report of an ended order tells.
    const filled =
      report.filled_quantity > filledBefore || ENDED.has(report.status)
        ? report.filled_quantity
        : filledBefore;
    const quantity = report.requested_quantity?.toString() ?? line.quantity;
    const limitPrice = unitsText(report.limit_price) ?? line.limitPrice;
    const isNew =
      filled !== filledBefore ||
      ended !== line.ended ||
      quantity !== line.quantity ||
      limitPrice !== line.limitPrice;
    if (!isNew) return false;
    line.filled = filled.toString();
    line.quantity = quantity;
    line.limitPrice = limitPrice;
    this.#positions.set(
      line.market,
      this.position(line.market) + BigInt(line.side) * (filled - filledBefore),
    );
    if (ended) this.#end(report.intent_id, line);
    return true;
  }

  snapshot(): OrderLines {
    return {
      lines: Object.fromEntries(
        [...this.#lines].map(([intentId, line]) => [intentId, { ...line }]),
      ),
      positions: Object.fromEntries(
        [...this.#positions].map(([market, quantity]) => [market, quantity.toString()]),
      ),
    };
  }

  static restore(saved: OrderLines): BookOfOrders {
    const book = new BookOfOrders();
    for (const [intentId, kept] of Object.entries(saved.lines)) {
      const line = { ...kept };
      book.#lines.set(intentId, line);
      if (!line.ended) book.#openIn(line.market).set(intentId, line);
      if (line.request !== null) book.#requests.set(line.request.intentId, intentId);
    }
    for (const [market, quantity] of Object.entries(saved.positions)) {
      book.#positions.set(market, BigInt(quantity));
    }
    return book;
  }

  #asked(intent: OrderIntent, atMicros: number): void {
    const target = intent.target_intent_id ?? '';
    const line = this.#lines.get(target);
    if (line === undefined) return;
    const replaces = intent.action === 'REPLACE';
    line.changedAtMicros = atMicros;
    line.request = {
      intentId: intent.intent_id,
      quantity: replaces ? intent.quantity.toString() : null,
      limitPrice: replaces ? unitsText(intent.limit_price) : null,
      stopPrice: replaces ? unitsText(intent.stop_price) : null,
    };
    this.#requests.set(intent.intent_id, target);
  }

  /** The answer to a request: terms that were accepted hold from now on, refused ones never did. */
  #answered(report: ExecutionReport, target: string): boolean {
    this.#requests.delete(report.intent_id);
    const line = this.#lines.get(target);
    if (line?.request?.intentId !== report.intent_id) return false;
    const { quantity, limitPrice, stopPrice } = line.request;
    line.request = null;
    if (report.status !== 'ACKNOWLEDGED' || quantity === null) return true;
    line.quantity = quantity;
    line.limitPrice = limitPrice ?? line.limitPrice;
    line.stopPrice = stopPrice ?? line.stopPrice;
    return true;
  }

  #end(intentId: string, line: OrderLine): void {
    line.ended = true;
    this.#open.get(line.market)?.delete(intentId);
    if (this.#lines.size <= ENDED_ORDERS_MAX) return;
    for (const [oldest, held] of this.#lines) {
      if (this.#lines.size <= ENDED_ORDERS_MAX) return;
      if (!held.ended) continue;
      this.#lines.delete(oldest);
      if (held.request !== null) this.#requests.delete(held.request.intentId);
    }
  }

  #openIn(market: MarketKey): Map<string, OrderLine> {
    const held = this.#open.get(market);
    if (held !== undefined) return held;
    const open = new Map<string, OrderLine>();
    this.#open.set(market, open);
    return open;
  }
}

function leavesOf(line: OrderLine): bigint {
  const wanted = BigInt(line.request?.quantity ?? line.quantity);
  const quantity = BigInt(line.quantity);
  const left = (wanted > quantity ? wanted : quantity) - BigInt(line.filled);
  return left > 0n ? left : 0n;
}

function ownOrder(intentId: string, line: OrderLine): OwnOrder {
  return {
    intentId,
    market: line.market,
    direction: line.side > 0 ? 'BUY' : 'SELL',
    quantity: BigInt(line.quantity),
    filled: BigInt(line.filled),
    orderType: line.orderType,
    timeInForce: line.timeInForce,
    limitPrice: unitsOf(line.limitPrice),
    stopPrice: unitsOf(line.stopPrice),
    sentAtMicros: line.sentAtMicros,
    changedAtMicros: line.changedAtMicros,
    hasOpenRequest: line.request !== null,
  };
}

const unitsText = (units: bigint | null): string | null => units?.toString() ?? null;
const unitsOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
