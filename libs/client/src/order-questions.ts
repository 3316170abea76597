/** What the order plane is asked of its books. Amounts are decimals as texts. */
import type { Calls } from './calls.ts';
import type { OrderMethod } from './transport.ts';

export interface BookedFill {
  readonly fillId: string;
  readonly quantity: string;
  readonly price: string;
}

export interface BookedOrder {
  readonly intentId: string;
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  /** As tickmesh.order.v1.OrderStatus, without its prefix. */
  readonly status: string;
  readonly filledQuantity: string;
  /** Null before the first fill. */
  readonly averageFillPrice: string | null;
  readonly fills: readonly BookedFill[];
}

export interface BookedPosition {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  /** Below 0 when short. */
  readonly quantity: string;
  readonly realized: string;
}

export interface BookQuestion {
  /** Absent: every account that the caller may see. */
  readonly account?: string | undefined;
}

interface OrderMessage {
  readonly intent_id: string;
  readonly terms: {
    readonly account: string;
    readonly exchange: string;
    readonly symbol: string;
    readonly direction: string;
  };
  readonly status: string;
  readonly filled_quantity: string;
  readonly average_fill_price?: string;
  readonly fills: readonly {
    readonly fill_id: string;
    readonly quantity: string;
    readonly price: string;
  }[];
}

interface PositionMessage {
  readonly account: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly realized_pnl: string;
}

/** An order with all its fills is large: so many stay below what a message may hold. */
const PAGE_SIZE = 200;

/** Faults of every call: the order plane's, by their codes; SERVICE_UNREACHABLE; NOT_SIGNED_IN, TOKEN_REFUSED, NOT_ALLOWED. */
export class OrderQuestions {
  readonly #calls: Calls<OrderMethod>;

  constructor(calls: Calls<OrderMethod>) {
    this.#calls = calls;
  }

  /** All of them, newest first, page by page as they are taken. */
  async *orders({ account = '' }: BookQuestion = {}): AsyncGenerator<BookedOrder, void> {
    let pageToken = '';
    do {
      const request = { account, page_size: PAGE_SIZE, page_token: pageToken };
      const page = (await this.#calls.question('ListOrders', request)) as {
        readonly orders: readonly OrderMessage[];
        readonly next_page_token: string;
      };
      yield* page.orders.map(orderOf);
      pageToken = page.next_page_token;
    } while (pageToken !== '');
  }

  /** Of whole accounts, those that are 0 now included. */
  async positions({ account = '' }: BookQuestion = {}): Promise<readonly BookedPosition[]> {
    const answer = await this.#calls.question('ListPositions', { account, include_flat: true });
    const { positions } = answer as { readonly positions: readonly PositionMessage[] };
    return positions.map(({ realized_pnl: realized, ...position }) => ({
      account: position.account,
      exchange: position.exchange,
      symbol: position.symbol,
      quantity: position.quantity,
      realized,
    }));
  }

  /** Ends the connection. */
  close(): void {
    this.#calls.close();
  }
}

const orderOf = ({ terms, fills, ...order }: OrderMessage): BookedOrder => ({
  intentId: order.intent_id,
  account: terms.account,
  exchange: terms.exchange,
  symbol: terms.symbol,
  side: terms.direction === 'DIRECTION_SELL' ? 'SELL' : 'BUY',
  status: order.status.replace('ORDER_STATUS_', ''),
  filledQuantity: order.filled_quantity,
  averageFillPrice: order.average_fill_price ?? null,
  fills: fills.map(({ fill_id: fillId, quantity, price }) => ({ fillId, quantity, price })),
});
