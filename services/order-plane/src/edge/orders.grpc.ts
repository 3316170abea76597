/** The questions of tickmesh.order.v1.OrderService. A call that changes something is answered UNIMPLEMENTED. */
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { OrderStatus } from '@tickmesh/domain-orders';
import { type Clock, Fault } from '@tickmesh/kernel';
import { type GrpcDefinition, protoPathOf } from '@tickmesh/nest';
import {
  type PositionAnswer,
  type QueryParts,
  readHalts,
  readPositions,
} from '../app/order-queries.ts';
import { type MarketTotals, readTotals, viewOrder, viewOrders } from '../app/order-views.ts';
import {
  type Timestamp,
  checkMessage,
  lifeMessages,
  limitMessages,
  microsOf,
  orderMessage,
  timestampOf,
} from './order-messages.ts';
import { ORDER_QUERIES } from './orders.controller.ts';

export const ORDER_CALLS: GrpcDefinition = {
  packages: ['tickmesh.order.v1'],
  protoPaths: [protoPathOf('tickmesh/order/v1/orders.proto')],
};
export const ORDER_CLOCK = Symbol('OrderClock');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PAGE_ORDERS = 100;
const PAGE_ORDERS_MAX = 1_000;

/** As the loader gives them: what is not set is an empty text, list or 0. */
interface MarketFilter {
  readonly account: string;
  readonly strategy_id: string;
  readonly symbol: string;
  readonly exchange: string;
}
interface ListOrdersRequest extends MarketFilter {
  readonly statuses: readonly string[];
  readonly open_only: boolean;
  readonly since?: Timestamp | null;
  readonly page_size: number;
  readonly page_token: string;
}

@Controller()
export class OrderCalls {
  readonly #queries: QueryParts;
  readonly #clock: Clock;

  constructor(@Inject(ORDER_QUERIES) queries: QueryParts, @Inject(ORDER_CLOCK) clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
  }

  @GrpcMethod('OrderService', 'GetOrder')
  async getOrder(request: { readonly intent_id?: string; readonly order_id?: string }) {
    const { intent_id: intentId = '', order_id: clientOrderId = '' } = request;
    if ((intentId === '') === (clientOrderId === '')) {
      throw invalid('key', 'intent_id or order_id', '');
    }
    if (intentId !== '' && !UUID.test(intentId)) {
      throw invalid('intent_id', 'a UUID in lower case', intentId);
    }
    const key = intentId === '' ? { clientOrderId } : { intentId };
    const { order, checks } = await viewOrder(this.#queries.database, key);
    return {
      order: orderMessage(order),
      life: lifeMessages(order),
      checks: checks.map(checkMessage),
    };
  }

  @GrpcMethod('OrderService', 'ListOrders')
  async listOrders(request: ListOrdersRequest) {
    const limit = pageSizeOf(request.page_size);
    const found = await viewOrders(this.#queries.database, {
      account: given(request.account),
      strategyId: given(request.strategy_id),
      symbol: given(request.symbol),
      exchange: given(request.exchange),
      statuses: request.statuses.map(statusOf),
      openOnly: request.open_only,
      sinceMicros: request.since == null ? undefined : microsOf(request.since),
      before: sequenceOf(request.page_token),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      orders: page.map(orderMessage),
      next_page_token: last === undefined ? '' : String(last.sequence),
    };
  }

  /** Positions are kept by account and market: those of one strategy cannot be told apart. */
  @GrpcMethod('OrderService', 'ListPositions')
  async listPositions(request: MarketFilter & { readonly include_flat: boolean }) {
    if (request.strategy_id !== '') {
      throw invalid('strategy_id', 'empty: positions are of accounts', request.strategy_id);
    }
    const { database } = this.#queries;
    const positions = await readPositions(this.#queries, given(request.account));
    const totals = await readTotals(database);
    const wanted = positions.filter(
      ({ symbol, exchange, quantity }) =>
        (request.symbol === '' || symbol === request.symbol) &&
        (request.exchange === '' || exchange === request.exchange) &&
        (request.include_flat || quantity !== '0'),
    );
    return {
      positions: wanted.map((position) => {
        const { account, exchange, symbol } = position;
        return positionMessage(position, totals.get(`${account}|${exchange}|${symbol}`));
      }),
      as_of: timestampOf(this.#clock.nowMicros()),
    };
  }

  @GrpcMethod('OrderService', 'GetLimits')
  getLimits(request: { readonly account: string; readonly effective_at?: Timestamp | null }) {
    const { account, effective_at: at } = request;
    const version = this.#queries.limitsAt(at == null ? this.#clock.nowMicros() : microsOf(at));
    if (version?.accounts.has(account) !== true) throw new Fault('NOT_FOUND', { account });
    return {
      version: String(version.version),
      effective_from: timestampOf(version.effectiveFromMicros),
      author: version.changedBy,
      limits: limitMessages(version, account),
    };
  }

  @GrpcMethod('OrderService', 'ListKillSwitches')
  async listKillSwitches(request: { readonly include_rearmed: boolean }) {
    if (request.include_rearmed) throw invalid('include_rearmed', 'false', true);
    const held = await readHalts(this.#queries.database);
    return {
      kill_switches: held
        .toSorted((a, b) => WIDEST_FIRST.indexOf(a.level) - WIDEST_FIRST.indexOf(b.level))
        .map(({ level, scope, thrown_by: by, reason, thrown_at: at }) => ({
          scope: { level: `SCOPE_LEVEL_${level.toUpperCase()}`, id: level === 'firm' ? '' : scope },
          thrown: true,
          thrown_by: by,
          thrown_at: timestampOf(at),
          reason,
        })),
    };
  }
}

const WIDEST_FIRST: readonly string[] = ['firm', 'account', 'instrument', 'strategy'];

function positionMessage(position: PositionAnswer, totals: MarketTotals | undefined) {
  const { account, symbol, exchange, quantity, realized, currency } = position;
  const optional = {
    average_cost: position.average_cost,
    unrealized_pnl: position.unrealized,
    mark_price: position.mark,
    mark_time: position.markedAtMicros === null ? null : timestampOf(position.markedAtMicros),
  };
  return {
    account,
    symbol,
    exchange,
    quantity,
    realized_pnl: realized,
    fees: totals?.feesByCurrency.get(currency ?? '') ?? '0',
    currency: currency ?? '',
    open_buy_quantity: totals?.openBuy ?? '0',
    open_sell_quantity: totals?.openSell ?? '0',
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  };
}

const given = (text: string): string | undefined => (text === '' ? undefined : text);

function statusOf(name: string): OrderStatus {
  const status = name.replace('ORDER_STATUS_', '');
  if (status === 'UNSPECIFIED') throw invalid('statuses', 'a status', name);
  return status as OrderStatus;
}

function pageSizeOf(size: number): number {
  if (size < 0 || size > PAGE_ORDERS_MAX) {
    throw invalid('page_size', `0 to ${PAGE_ORDERS_MAX}`, size);
  }
  return size === 0 ? PAGE_ORDERS : size;
}

function sequenceOf(token: string): bigint | undefined {
  if (token === '') return undefined;
  if (!/^\d{1,18}$/.test(token)) throw invalid('page_token', 'as the page before gave it', token);
  return BigInt(token);
}

const invalid = (name: string, rule: string, value: unknown): Fault =>
  new Fault('ARGUMENT_INVALID', { name, rule, value });
