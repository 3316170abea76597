/** What tickmesh.order.v1.OrderService is asked about orders and positions. */
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { AMOUNT_SCALE } from '@tickmesh/domain-ledger';
import { type Clock, formatDecimal } from '@tickmesh/kernel';
import { type GrpcDefinition, protoPathOf } from '@tickmesh/nest';
import type { QueryParts } from '../app/order-queries.ts';
import { type MarketTotals, readTotals, viewOrder, viewOrders } from '../app/order-views.ts';
import { type PositionAnswer, readPositions } from '../app/position-queries.ts';
import { type Profit, readProfit } from '../app/profit.ts';
import {
  given,
  markRuleName,
  markRuleOf,
  pageSizeOf,
  sequenceOf,
  statusOf,
} from './grpc-arguments.ts';
import {
  type Timestamp,
  checkMessage,
  lifeMessages,
  microsOf,
  orderMessage,
  timestampOf,
} from './order-messages.ts';
import { invalid, uuidOf } from './order-request.ts';
import { ORDER_QUERIES } from './orders.controller.ts';

export const ORDER_CALLS: GrpcDefinition = {
  packages: ['tickmesh.order.v1'],
  protoPaths: [protoPathOf('tickmesh/order/v1/orders.proto')],
};
export const ORDER_CLOCK = Symbol('OrderClock');

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
    const key = intentId === '' ? { clientOrderId } : { intentId: uuidOf('intent_id', intentId) };
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

  /** Of a strategy, if one is named, its own part; else of whole accounts. */
  @GrpcMethod('OrderService', 'ListPositions')
  async listPositions(
    request: MarketFilter & { readonly include_flat: boolean; readonly mark_rule: string },
  ) {
    const scope = { account: given(request.account), strategyId: given(request.strategy_id) };
    const positions = await readPositions(this.#queries, scope, markRuleOf(request.mark_rule));
    const totals = await readTotals(this.#queries.database, scope.strategyId);
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

  @GrpcMethod('OrderService', 'GetProfitAndLoss')
  async getProfitAndLoss(request: {
    readonly account: string;
    readonly strategy_id: string;
    readonly mark_rule: string;
  }) {
    const scope = { account: given(request.account), strategyId: given(request.strategy_id) };
    const rule = markRuleOf(request.mark_rule);
    const rows = await readProfit(this.#queries, scope, rule);
    return {
      rows: rows.map(profitMessage),
      as_of: timestampOf(this.#clock.nowMicros()),
      mark_rule: markRuleName(rule),
    };
  }
}

function profitMessage(profit: Profit) {
  const { account, strategyId, currency, unpriceable } = profit;
  const amount = (value: bigint): string => formatDecimal(value, AMOUNT_SCALE);
  return {
    account,
    strategy_id: strategyId,
    currency,
    realized: amount(profit.realized),
    fees: formatDecimal(profit.fees),
    unpriceable,
    ...(profit.unrealized === undefined ? {} : { unrealized: amount(profit.unrealized) }),
    ...(profit.net === undefined ? {} : { net: amount(profit.net) }),
  };
}

function positionMessage(position: PositionAnswer, totals: MarketTotals | undefined) {
  const { account, strategy_id, symbol, exchange, quantity, realized, currency } = position;
  const optional = {
    average_cost: position.average_cost,
    unrealized_pnl: position.unrealized,
    mark_price: position.mark,
    mark_time: position.markedAtMicros === null ? null : timestampOf(position.markedAtMicros),
  };
  return {
    account,
    strategy_id,
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
