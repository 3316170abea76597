/** Bodies of calls about orders, read from plain JSON. Decimals are texts, so that none passes through a double. */
import { Fault, parseDecimal, parseRfc3339 } from '@tickmesh/kernel';
import {
  MANUAL,
  type WantedChange,
  type WantedOrder,
  type WantedTerms,
} from '../app/manual-orders.ts';

export type Plain = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DECIMAL = /^\d{1,29}(\.\d{1,9})?$/;
const TEXT_MAX = 200;
const PAGE_MAX = 1_000;
export const DIRECTIONS = ['BUY', 'SELL'] as const;
export const ORDER_TYPES = ['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT'] as const;
export const LIFETIMES = ['DAY', 'GTC', 'IOC', 'FOK'] as const;

/**
 * @param by who makes the call
 * @param newId makes the id of an order whose caller gave none
 * @throws Fault ARGUMENT_INVALID naming the field and its rule
 */
export function readOrder(body: unknown, by: string, newId: () => string): WantedOrder {
  const plain = plainOf(body);
  return {
    intentId: idOf(plain, newId),
    symbol: textOf(plain, 'symbol'),
    exchange: textOf(plain, 'exchange'),
    direction: oneOf(plain, 'direction', DIRECTIONS),
    orderType: oneOf(plain, 'order_type', ORDER_TYPES),
    quantity: decimalOf(plain, 'quantity') ?? absent('quantity', DECIMAL_RULE),
    limitPrice: decimalOf(plain, 'limit_price'),
    stopPrice: decimalOf(plain, 'stop_price'),
    timeInForce: isGiven(plain, 'time_in_force') ? oneOf(plain, 'time_in_force', LIFETIMES) : 'DAY',
    postOnly: flagOf(plain, 'post_only'),
    account: isGiven(plain, 'account') ? textOf(plain, 'account') : undefined,
    strategyId: isGiven(plain, 'strategy_id') ? textOf(plain, 'strategy_id') : MANUAL,
    deadlineMicros: timeOf(plain, 'deadline'),
    reason: reasonOf(plain, by),
  };
}

/**
 * @param call the order that it is about, who makes it, and what makes the id of a request that has none
 * @throws Fault ARGUMENT_INVALID naming the field and its rule
 */
export function readChange(
  body: unknown,
  call: { readonly target: string; readonly by: string; readonly newId: () => string },
): WantedChange {
  const plain = plainOf(body);
  return {
    intentId: idOf(plain, call.newId),
    targetIntentId: uuidOf('intentId', call.target),
    reason: reasonOf(plain, call.by),
  };
}

/** @throws Fault ARGUMENT_INVALID naming the field and its rule */
export function readTerms(body: unknown): WantedTerms {
  const plain = plainOf(body);
  const terms = {
    quantity: decimalOf(plain, 'quantity'),
    limitPrice: decimalOf(plain, 'limit_price'),
    stopPrice: decimalOf(plain, 'stop_price'),
  };
  if (Object.values(terms).every((term) => term === undefined)) {
    absent('quantity', 'at least one of quantity, limit_price, stop_price');
  }
  return terms;
}

const DECIMAL_RULE = 'a decimal as a text, such as "1.5", at most 9 digits after the point';

export function plainOf(body: unknown): Plain {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Plain;
  throw invalid('body', 'a JSON object', typeof body);
}

const isGiven = (body: Plain, name: string): boolean =>
  body[name] !== undefined && body[name] !== null;

export function textOf(body: Plain, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_MAX) return value;
  throw invalid(name, `a text of at most ${TEXT_MAX} characters`, value);
}

function flagOf(body: Plain, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalid(name, 'true or false', value);
}

/** Who and why are kept together, with the intent. */
const reasonOf = (body: Plain, by: string): string => `${by}: ${textOf(body, 'reason')}`;

function idOf(body: Plain, newId: () => string): string {
  return isGiven(body, 'intent_id') ? uuidOf('intent_id', body['intent_id']) : newId();
}

export function uuidOf(name: string, value: unknown): string {
  if (typeof value === 'string' && UUID.test(value)) return value;
  throw invalid(name, 'a UUID in lower case', value);
}

export function oneOf<T extends string>(body: Plain, name: string, known: readonly T[]): T {
  const found = known.find((word) => word === body[name]);
  if (found !== undefined) return found;
  throw invalid(name, `one of ${known.join(', ')}`, body[name]);
}

function decimalOf(body: Plain, name: string): bigint | undefined {
  if (!isGiven(body, name)) return undefined;
  const value = body[name];
  if (typeof value === 'string' && DECIMAL.test(value)) return parseDecimal(value);
  throw invalid(name, DECIMAL_RULE, value);
}

export function timeOf(body: Plain, name: string): number | undefined {
  if (!isGiven(body, name)) return undefined;
  const value = body[name];
  const micros = typeof value === 'string' ? parseRfc3339(value) : undefined;
  if (micros !== undefined) return micros;
  throw invalid(name, 'a time with a zone, such as "2026-01-02T15:04:05Z"', value);
}

/** A page's size, of a query. @throws Fault ARGUMENT_INVALID */
export function countOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const count = Number(text);
  if (/^\d{1,4}$/.test(text) && count > 0 && count <= PAGE_MAX) return count;
  throw invalid(name, `a whole number from 1 to ${PAGE_MAX}`, text);
}

function absent(name: string, rule: string): never {
  throw invalid(name, rule, undefined);
}

export const invalid = (name: string, rule: string, value: unknown): Fault =>
  new Fault('ARGUMENT_INVALID', { name, rule, value });
