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
  reason: text('Why.', { example: 'rebalance' }),
};
const PRICES = {
  limit_price: decimal('LIMIT and STOP_LIMIT need it, MARKET must not have it.'),
  stop_price: decimal('STOP and STOP_LIMIT need it, MARKET must not have it.'),
};

export const ORDER: Schema = {
  type: 'object',
  required: ['symbol', 'exchange', 'direction', 'order_type', 'quantity', 'reason'],
  properties: {
    ...WHO,
    symbol: text('Symbol.', { example: 'BTCUSDT' }),
    exchange: text('Exchange.', { example: 'BINANCE' }),
    direction: text('Side.', { enum: [...DIRECTIONS] }),
    order_type: text('How it finds its price.', { enum: [...ORDER_TYPES] }),
    quantity: decimal('Base units or contracts, above 0.'),
    ...PRICES,
    time_in_force: text('How long it lives.', { enum: [...LIFETIMES], default: 'DAY' }),
    post_only: {
      type: 'boolean',
      default: false,
      description: 'It rests or is refused, and never takes; LIMIT with DAY or GTC only.',
    },
    account: text('Account to trade for. Absent: the one that the limits give the strategy.'),
    strategy_id: text('Strategy that it counts for.', { default: 'MANUAL' }),
    deadline: text('Not to be sent after this time.', { format: 'date-time' }),
  },
};

export const CHANGE: Schema = { type: 'object', required: ['reason'], properties: WHO };

export const TERMS: Schema = {
  type: 'object',
  required: ['reason'],
  properties: {
    ...WHO,
    quantity: decimal('The whole quantity, what is filled included.'),
    ...PRICES,
  },
};

export const SWITCH: Schema = {
  type: 'object',
  required: ['level', 'reason'],
  properties: {
    level: text('How wide.', { enum: ['strategy', 'instrument', 'account', 'firm'] }),
    scope: text('Which one; none for the firm.', { example: 'BINANCE|BTCUSDT' }),
    reason: text('Why.'),
    reducing_only: {
      type: 'boolean',
      default: false,
      description: 'Of a halt: orders that reduce a position still pass.',
    },
    step: text('Of a re-arming: what the caller means to do; the other is then refused.', {
      enum: ['request', 'approve'],
    }),
    version: {
      type: 'integer',
      description:
        'Of a re-arming: the switch that was seen. One that was thrown again since stays thrown.',
    },
  },
};

const VALUES: Schema = {
  type: 'object',
  description: 'Limits by name; decimals may be texts.',
};

/** A version of the limits, as config/limits.yaml has it. */
export const LIMITS_CHANGE: Schema = {
  type: 'object',
  required: ['document', 'base_version', 'reason'],
  properties: {
    document: {
      type: 'object',
      required: ['accounts', 'strategies'],
      description: 'The whole new version, not a difference.',
      properties: {
        defaults: VALUES,
        accounts: { type: 'object', description: 'By account: broker, cash, limits.' },
        strategies: { type: 'object', description: 'By strategy, * for any: account, limits.' },
        instruments: { type: 'object', description: 'By exchange|symbol: limits.' },
      },
    },
    base_version: { type: 'integer', description: 'The newest version that was seen.' },
    effective_from: text('From when. Absent: at once, or once it is approved.', {
      format: 'date-time',
    }),
    reason: text('Why.'),
  },
};

export const APPROVAL: Schema = {
  type: 'object',
  required: ['reason'],
  properties: { reason: text('Why.') },
};

export const ACCEPTED: Schema = {
  type: 'object',
  required: ['intent_id'],
  properties: { intent_id: text('The intent that was published.', { format: 'uuid' }) },
};

export const PREVIEW: Schema = {
  type: 'object',
  required: ['account', 'approved', 'limits_version', 'checks', 'position_after'],
  properties: {
    account: text('Account that the order would trade for.'),
    currency: text('Settlement currency.', { nullable: true }),
    notional: text('What the order is worth, in that currency.', { nullable: true }),
    estimated_commission: text("Fee by the broker's table.", { nullable: true }),
    position_after: text('Position of the account if the order filled.'),
    reference_price: text('Mid that the checks looked at.', { nullable: true }),
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
