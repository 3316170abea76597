/** HTTP of the order plane: translates, and nothing else. */
import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Fault } from '@tickmesh/kernel';
import type { KillLevel } from '@tickmesh/domain-risk';
import type { OrderPlane } from '../app/order-plane.ts';
import {
  type QueryParts,
  listOrders,
  listPositions,
  showLimits,
  showOrder,
} from '../app/order-queries.ts';
import { SWITCH } from './order-bodies.ts';

export const ORDER_PLANE = Symbol('OrderPlane');
export const ORDER_QUERIES = Symbol('OrderQueries');

type Plain = Readonly<Record<string, unknown>>;
const LEVELS: readonly string[] = [
  'strategy',
  'instrument',
  'account',
  'firm',
] satisfies KillLevel[];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PAGE_MAX = 1_000;

@ApiTags('orders')
@Controller()
export class OrdersController {
  readonly #plane: OrderPlane;
  readonly #queries: QueryParts;

  constructor(@Inject(ORDER_PLANE) plane: OrderPlane, @Inject(ORDER_QUERIES) queries: QueryParts) {
    this.#plane = plane;
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
      limit: Number(sequenceOf(query, 'limit') ?? 100n),
    });
    return { orders };
  }

  @ApiOperation({ summary: 'An intent with its decision, facts, requests and reports' })
  @ApiParam({ name: 'intentId', type: String, format: 'uuid' })
  @Get('orders/:intentId')
  async order(@Param('intentId') intentId: string): Promise<Plain> {
    if (!UUID.test(intentId)) throw invalid('intentId', 'a UUID in lower case', intentId);
    return showOrder(this.#queries, intentId);
  }

  @ApiOperation({ summary: 'Positions marked at the mid, and fees' })
  @ApiQuery({ name: 'account', type: String, required: false })
  @Get('positions')
  async positions(@Query('account') account?: string): Promise<Plain> {
    return listPositions(this.#queries, account);
  }

  @ApiOperation({ summary: 'The limits in force, and what is halted' })
  @Get('limits')
  async limits(): Promise<Plain> {
    return showLimits(this.#queries);
  }

  @ApiOperation({ summary: 'Stop new orders of a scope, and cancel those that work' })
  @ApiBody({ schema: SWITCH })
  @Post('halt')
  async halt(@Body() body: Plain): Promise<Plain> {
    const { level, scope, by, reason } = switchOf(body);
    const reducingOnly = body['reducing_only'] === true;
    await this.#plane.halt({ level, scope, by, reason, reducingOnly });
    return { halted: { level, scope, by, reason, reducing_only: reducingOnly } };
  }

  @ApiOperation({ summary: 'Let orders of a scope pass again' })
  @ApiBody({ schema: SWITCH })
  @Post('rearm')
  async rearm(@Body() body: Plain): Promise<Plain> {
    const wanted = switchOf(body);
    await this.#plane.rearm(wanted);
    return { rearmed: wanted };
  }
}

function switchOf(body: Plain): { level: KillLevel; scope: string; by: string; reason: string } {
  const text = (name: string): string => {
    const value = body[name];
    if (typeof value === 'string' && value.trim() !== '' && value.length <= 500) return value;
    throw invalid(name, 'a text of at most 500 characters', value);
  };
  const level = text('level');
  if (!LEVELS.includes(level)) throw invalid('level', `one of ${LEVELS.join(', ')}`, level);
  const scope = level === 'firm' ? '*' : text('scope');
  return { level: level as KillLevel, scope, by: text('by'), reason: text('reason') };
}

function flagOf(query: Record<string, string | undefined>, name: string): boolean | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalid(name, 'true or false', value);
  return value === 'true';
}

function sequenceOf(query: Record<string, string | undefined>, name: string): bigint | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const isSound = /^\d{1,18}$/.test(value) && (name !== 'limit' || Number(value) <= PAGE_MAX);
  if (!isSound)
    throw invalid(name, `a whole number${name === 'limit' ? ` up to ${PAGE_MAX}` : ''}`, value);
  return BigInt(value);
}

const invalid = (name: string, rule: string, value: unknown): Fault =>
  new Fault('ARGUMENT_INVALID', { name, rule, value });
