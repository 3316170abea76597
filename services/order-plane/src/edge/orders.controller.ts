/** HTTP of the order plane: translates, and nothing else. */
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { MarkRule } from '@tickmesh/domain-ledger';
import { type QueryParts, listOrders, showOrder } from '../app/order-queries.ts';
import { listPositions, showProfit } from '../app/position-queries.ts';
import { type Plain, countOf, invalid, oneOf, uuidOf } from './order-request.ts';

export const ORDER_PLANE = Symbol('OrderPlane');
export const ORDER_QUERIES = Symbol('OrderQueries');

const MARK_RULES: MarkRule[] = ['mid', 'side', 'last'];

@ApiTags('orders')
@Controller()
export class OrdersController {
  readonly #queries: QueryParts;

  constructor(@Inject(ORDER_QUERIES) queries: QueryParts) {
    this.#queries = queries;
  }

  @ApiOperation({ summary: 'Orders, newest first' })
  @ApiQuery({ name: 'account', type: String, required: false })
  @ApiQuery({ name: 'strategy', type: String, required: false })
  @ApiQuery({ name: 'open', type: Boolean, required: false, description: 'May still fill.' })
  @ApiQuery({ name: 'before', type: String, required: false, description: 'Sequence to go on at.' })
  @ApiQuery({ name: 'limit', type: Number, required: false, description: 'At most 1000.' })
  @Get('orders')
  async orders(@Query() query: Record<string, string | undefined>): Promise<{ orders: Plain[] }> {
    const { account, strategy } = query;
    const orders = await listOrders(this.#queries, {
      account,
      strategy,
      open: flagOf(query, 'open'),
      before: sequenceOf(query, 'before'),
      limit: countOf('limit', query['limit'], 100),
    });
    return { orders };
  }

  @ApiOperation({ summary: 'An intent with its decision, facts, requests and reports' })
  @ApiParam({ name: 'intentId', type: String, format: 'uuid' })
  @Get('orders/:intentId')
  async order(@Param('intentId') intentId: string): Promise<Plain> {
    return showOrder(this.#queries, uuidOf('intentId', intentId));
  }

  @ApiOperation({ summary: 'Positions at their marks, and fees' })
  @ApiQuery({ name: 'account', type: String, required: false })
  @ApiQuery({ name: 'strategy', type: String, required: false, description: 'Its own part.' })
  @ApiQuery({ name: 'mark', enum: MARK_RULES, required: false, description: 'What values them.' })
  @Get('positions')
  async positions(@Query() query: Record<string, string | undefined>): Promise<Plain> {
    return listPositions(this.#queries, scopeOf(query), ruleOf(query));
  }

  @ApiOperation({ summary: 'Profit and loss by account and currency, at the marks' })
  @ApiQuery({ name: 'account', type: String, required: false })
  @ApiQuery({ name: 'strategy', type: String, required: false, description: 'Its own part.' })
  @ApiQuery({ name: 'mark', enum: MARK_RULES, required: false, description: 'What values it.' })
  @Get('pnl')
  async profit(@Query() query: Record<string, string | undefined>): Promise<Plain> {
    return showProfit(this.#queries, scopeOf(query), ruleOf(query));
  }
}

const scopeOf = ({ account, strategy }: Record<string, string | undefined>) => ({
  account,
  strategyId: strategy,
});

const ruleOf = (query: Record<string, string | undefined>): MarkRule =>
  query['mark'] === undefined ? 'mid' : oneOf(query, 'mark', MARK_RULES);

function flagOf(query: Record<string, string | undefined>, name: string): boolean | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalid(name, 'true or false', value);
  return value === 'true';
}

function sequenceOf(query: Record<string, string | undefined>, name: string): bigint | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (!/^\d{1,18}$/.test(value)) throw invalid(name, 'a whole number', value);
  return BigInt(value);
}
