import type { ExecutionReport } from '@tickmesh/contracts';
import { parseDecimal } from '@tickmesh/kernel';
import type { MarketKey } from './strategy.ts';

/** Reports say no more than that an order has ended; late fills of these are still counted. */
const ENDED: ReadonlySet<ExecutionReport['status']> = new Set([
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
]);
/** Ended orders that are remembered for late fills and repeated reports. */
const ENDED_ORDERS_MAX = 1000;

interface OrderLine {
  readonly market: MarketKey;
  readonly side: 1 | -1;
  readonly quantity: string;
  filled: string;
  ended: boolean;
}

export interface OrderLines {
  readonly lines: Readonly<Record<string, OrderLine>>;
  readonly positions: Readonly<Record<MarketKey, string>>;
}

/**
 * A strategy's own orders and position, kept from its intents and the reports on them. Reports carry
 * cumulative fills, so a repeated or late one changes nothing twice. Quantities are scale 9.
 */
export class BookOfOrders {
  readonly #lines = new Map<string, OrderLine>();
  readonly #positions = new Map<MarketKey, bigint>();
  readonly #working = new Map<MarketKey, bigint>();

  position(market: MarketKey): bigint {
    return this.#positions.get(market) ?? 0n;
  }

  /** Signed quantity that may still fill. */
  working(market: MarketKey): bigint {
    return this.#working.get(market) ?? 0n;
  }

  sent(intentId: string, market: MarketKey, direction: 'BUY' | 'SELL', quantity: bigint): void {
    const side = direction === 'BUY' ? 1 : -1;
    const line: OrderLine = {
      market,
      side,
      quantity: quantity.toString(),
      filled: '0',
      ended: false,
    };
    this.#lines.set(intentId, line);
    add(this.#working, market, BigInt(side) * quantity);
  }

  /** Takes a report in; false when it is about an order of somebody else or says nothing new. */
  reported(report: ExecutionReport): boolean {
    const line = this.#lines.get(report.intent_id);
    if (line === undefined) return false;
    const before = this.#open(line);
    const filledBefore = BigInt(line.filled);
    const ended = line.ended || ENDED.has(report.status);
    // Cumulative fills only grow but for a bust, which a later report of an ended order tells.
    const filled =
      report.filled_quantity > filledBefore || ENDED.has(report.status)
        ? report.filled_quantity
        : filledBefore;
    if (filled === filledBefore && ended === line.ended) return false;
    line.filled = filled.toString();
    line.ended = ended;
    add(this.#positions, line.market, BigInt(line.side) * (filled - filledBefore));
    add(this.#working, line.market, this.#open(line) - before);
    if (ended) this.#forgetOldest();
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
    for (const [intentId, line] of Object.entries(saved.lines)) {
      book.#lines.set(intentId, { ...line });
      add(book.#working, line.market, book.#open(line));
    }
    for (const [market, quantity] of Object.entries(saved.positions)) {
      book.#positions.set(market, parseDecimal(quantity, 0));
    }
    return book;
  }

  #open(line: OrderLine): bigint {
    if (line.ended) return 0n;
    const left = BigInt(line.quantity) - BigInt(line.filled);
    return BigInt(line.side) * (left > 0n ? left : 0n);
  }

  #forgetOldest(): void {
    if (this.#lines.size <= ENDED_ORDERS_MAX) return;
    for (const [intentId, line] of this.#lines) {
      if (this.#lines.size <= ENDED_ORDERS_MAX) return;
      if (line.ended) this.#lines.delete(intentId);
    }
  }
}

function add(totals: Map<MarketKey, bigint>, market: MarketKey, quantity: bigint): void {
  totals.set(market, (totals.get(market) ?? 0n) + quantity);
}
