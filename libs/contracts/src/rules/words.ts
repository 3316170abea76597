import { matches, oneOf, text } from './rule.ts';

/** Grammars that several records share. */
export const SYMBOL_PATTERN = /^[A-Z0-9][A-Z0-9./_-]{0,19}$/;
/** Without `|`, which joins exchange and symbol into a key. */
export const EXCHANGE_PATTERN = /^[A-Z0-9][A-Z0-9._-]{0,19}$/;
export const CURRENCY_PATTERN = /^[A-Z]{3,5}$/;
export const STRATEGY_ID_PATTERN = /^[A-Z][A-Z0-9_]{0,31}$/;
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Windows by the receive clock or, with `e`, by events. */
export const WINDOW_PATTERN = /^[1-9][0-9]{0,6}(ms|s|m|h|e)$/;

export const marketSymbol = matches(SYMBOL_PATTERN);
export const exchangeName = matches(EXCHANGE_PATTERN);
export const currency = matches(CURRENCY_PATTERN);
export const strategyId = matches(STRATEGY_ID_PATTERN);
export const uuid = matches(UUID_PATTERN);
export const windowName = matches(WINDOW_PATTERN);
export const barDuration = oneOf<string>(['1s', '10s', '1m', '5m', '15m', '30m', '1h', '4h', '1d']);

/** An id or a name: a line, not a page. */
export const name = text(1, 256);
/** Words for people. */
export const prose = text(0, 4096);
