/** Bodies of the calls about orders, as the OpenAPI page shows them. */
import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import { DIRECTIONS, LIFETIMES, ORDER_TYPES } from './order-request.ts';

type Schema = ApiResponseSchemaHost['schema'];

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const decimal = (description: string) => text(description, { example: '1.5' });

const WHO = {
  intent_id: text('UUID of this request: the key of idempotency. Absent: one is made.', {
    format: 'uuid',
  }),
  by: text('Who wants it.', { example: 'ann' }),
  reason: text('Why.', { example: 'rebalance' }),
};
const PRICES = {
  limit_price: decimal('LIMIT and STOP_LIMIT need it, MARKET must not have it.'),
  stop_price: decimal('STOP and STOP_LIMIT need it, MARKET must not have it.'),
};

export const ORDER: Schema = {
  type: 'object',
  required: ['symbol', 'exchange', 'direction', 'order_type', 'quantity', 'by', 'reason'],
  properties: {
    ...WHO,
    symbol: text('Symbol.', { example: 'BTCUSDT' }),
    exchange: text('Exchange.', { example: 'BINANCE' }),
    direction: text('Side.', { enum: [...DIRECTIONS] }),
    order_type: text('How it finds its price.', { enum: [...ORDER_TYPES] }),
    quantity: decimal('Base units or contracts, above 0.'),
    ...PRICES,
    time_in_force: text('How long it lives.', { enum: [...LIFETIMES], default: 'DAY' }),
    account: text('Account to trade for. Absent: the one that the limits give the strategy.'),
    strategy_id: text('Strategy that it counts for.', { default: 'MANUAL' }),
    deadline: text('Not to be sent after this time.', { format: 'date-time' }),
  },
};

export const CHANGE: Schema = { type: 'object', required: ['by', 'reason'], properties: WHO };

export const TERMS: Schema = {
  type: 'object',
  required: ['by', 'reason'],
  properties: {
    ...WHO,
    quantity: decimal('The whole quantity, what is filled included.'),
    ...PRICES,
  },
};

export const SWITCH: Schema = {
  type: 'object',
  required: ['level', 'by', 'reason'],
  properties: {
    level: text('How wide.', { enum: ['strategy', 'instrument', 'account', 'firm'] }),
    scope: text('Which one; none for the firm.', { example: 'BINANCE|BTCUSDT' }),
    by: text('Who.'),
    reason: text('Why.'),
    reducing_only: {
      type: 'boolean',
      default: false,
      description: 'Of a halt: orders that reduce a position still pass.',
    },
  },
};

export const ACCEPTED: Schema = {
  type: 'object',
  required: ['intent_id'],
  properties: { intent_id: text('The intent that was published.', { format: 'uuid' }) },
};

export const PREVIEW: Schema = {
  type: 'object',
  required: ['account', 'approved', 'limits_version', 'checks'],
  properties: {
    account: text('Account that the order would trade for.'),
    approved: { type: 'boolean', description: 'Whether the order would be sent.' },
    limits_version: { type: 'integer', nullable: true, description: 'Version of the limits.' },
    checks: {
      type: 'array',
      description: 'Every check that applies, those that pass included.',
      items: {
        type: 'object',
        required: ['code', 'passed', 'numbers'],
        properties: {
          code: text('Code of the check.', { example: 'MAX_ORDER_NOTIONAL' }),
          passed: { type: 'boolean' },
          numbers: { type: 'object', description: 'What was measured, and what is allowed.' },
        },
      },
    },
  },
};

export const FAULT: Schema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'kind', 'message'],
      properties: {
        code: text('Code of the error.', { example: 'ARGUMENT_INVALID' }),
        kind: text('Kind of the error.', { example: 'invalid' }),
        message: text('For people.'),
        details: { type: 'object', description: 'Facts.' },
      },
    },
  },
};
