import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { RECORD_NAMES } from '../codec/codec.ts';
import type { Violation } from '../rules/rule.ts';
import { goldenRecord } from '../testing/golden-records.ts';
import { fromJson } from './from-json.ts';
import { toJson } from './to-json.ts';
import { JSON_DEPTH_MAX, parseJson } from './tree.ts';

const INTENT = toJson('OrderIntent', goldenRecord('OrderIntent'));
const TICK = `{"event_type":"tick_event","symbol":"AAPL","timestamp":"2024-08-09T07:00:00Z",
  "bid":1,"ask":2,"bid_size":3,"ask_size":4}`;

function refusal(action: () => unknown): { code: string; fields: string[] } {
  try {
    action();
    return { code: 'nothing was thrown', fields: [] };
  } catch (error) {
    if (!isFault(error)) throw error;
    const violations = (error.details['violations'] ?? []) as readonly Violation[];
    return { code: error.code, fields: violations.map(({ field }) => field) };
  }
}

/** The golden intent with one member's text replaced. */
function intentWith(field: string, text: string): string {
  return INTENT.replace(new RegExp(`"${field}":("[^"]*"|{[^}]*}|[^,}]+)`), `"${field}":${text}`);
}

describe('the JSON form', () => {
  it.each(RECORD_NAMES)('of %s is read back as the same record', (name) => {
    const record = goldenRecord(name);
    const text = toJson(name, record as never);
    expect(fromJson(name, text)).toEqual(record);
    expect(text).not.toContain('null');
    expect(text).not.toContain('\n');
  });

  it('of a market event is flat, its levels pairs', () => {
    const event = JSON.parse(toJson('MarketEvent', goldenRecord('MarketEvent'))) as unknown;
    expect(event).toMatchObject({
      event_type: 'tick_event',
      bid: 60000.1,
      level2: {
        bids: [
          [60000.1, 1.5],
          [60000, 2],
        ],
        asks: [[60000.2, 0.5]],
      },
    });
    expect(event).not.toHaveProperty('tick');
  });

  it('of a bar fills in what the schema has a default for', () => {
    const bar = `{"event_type":"bar_event","symbol":"AAPL","timestamp":"2024-08-09T07:00:00+02:00",
      "open":1,"high":2,"low":0.5,"close":1.5,"volume":10.5}`;
    expect(fromJson('MarketEvent', bar)).toMatchObject({
      exchange: 'SIM',
      timestamp: Date.UTC(2024, 7, 9, 5) * 1000,
      tick: null,
      bar: { bar_duration: '1d', asset_class: 'equity', currency: 'USD', final: true, revision: 0 },
    });
  });

  it('keeps every digit of a decimal, in and out', () => {
    const units = fc.bigInt({ min: 1n, max: 10n ** 38n - 1n });
    fc.assert(
      fc.property(units, (quantity) => {
        const text = toJson('OrderIntent', { ...goldenRecord('OrderIntent'), quantity });
        expect(fromJson('OrderIntent', text).quantity).toBe(quantity);
      }),
    );
  });

  it('refuses to write a number that JSON has no form for', () => {
    const book = goldenRecord('OrderBook');
    const bids = [{ price: Infinity, size: 1 }];
    expect(() => toJson('OrderBook', { ...book, bids })).toThrow('a finite number');
  });
});

describe('reading JSON', () => {
  it.each([
    ['a decimal as text', 'quantity', '"1"'],
    ['a tenth decimal place', 'quantity', '0.0000000001'],
    ['39 digits', 'quantity', '100000000000000000000000000000'],
    ['a boolean for a number', 'target_weight', 'true'],
    ['a number for a text', 'account', '5'],
    ['a number for a time', 'timestamp', '1723186800'],
    ['a time without zone', 'timestamp', '"2024-08-09T07:00:00"'],
    ['a date', 'timestamp', '"2024-08-09"'],
    ['a day that no month has', 'timestamp', '"2024-02-30T00:00:00Z"'],
    ['a number for a boolean', 'pnl_kill_switch', '1'],
    ['a list for an object', 'metadata', '[]'],
    ['half a surrogate pair', 'reason', '"\\ud800"'],
    ['an overflow to infinity', 'target_weight', '1e999'],
    ['a null', 'account', 'null'],
    ['a word that is no symbol', 'direction', '"LONG"'],
    ['the symbol of readers of newer schemas', 'direction', '"UNKNOWN"'],
  ])('refuses %s by its field', (_, field, text) => {
    const { code, fields } = refusal(() => fromJson('OrderIntent', intentWith(field, text)));
    expect(code).toBe('MSG_RULE_BROKEN');
    expect(fields.map((path) => path.split('.').at(-1))).toEqual([field]);
  });

  it.each([
    ['exponents', '12e-1', 1_200_000_000n],
    ['trailing zeros beyond the scale', '1.50000000000000', 1_500_000_000n],
    [
      'more digits than a double has',
      '12345678901234567890.123456789',
      12345678901234567890123456789n,
    ],
  ])('takes decimals with %s from their text', (_, text, units) => {
    expect(fromJson('OrderIntent', intentWith('quantity', text)).quantity).toBe(units);
  });

  it('lists every violation at once', () => {
    const text = intentWith('direction', '"LONG"').replace('"strategy_id":"OFI",', '');
    const { fields } = refusal(() => fromJson('OrderIntent', text));
    expect(fields).toEqual(['direction', 'strategy_id']);
  });

  it('takes a double that someone else has parsed only where it cannot have lost digits', () => {
    const parsed = JSON.parse(INTENT) as object;
    const read = (quantity: unknown): unknown =>
      fromJson('OrderIntent', { ...parsed, quantity }).quantity;
    expect(read(0.1)).toBe(100_000_000n);
    expect(read(9007199254740991)).toBe(9007199254740991_000_000_000n);
    expect(read(12n)).toBe(12_000_000_000n);
    for (const lossy of [2 ** 53, 123456789.123456789]) {
      expect(refusal(() => read(lossy)).fields).toEqual(['quantity']);
    }
  });

  it('allows null for what a quote does not have, and nowhere else', () => {
    const tick = TICK.replace('"bid":1', '"bid":1,"last":null,"metadata":{"producer_id":null}');
    expect(fromJson('MarketEvent', tick).tick?.last).toBeNull();
    const required = TICK.replace('"ask":2', '"ask":null');
    expect(refusal(() => fromJson('MarketEvent', required)).fields).toEqual(['ask']);
  });

  it('ignores unknown keys, also such as have powers elsewhere', () => {
    const text = TICK.replace('{', '{"__proto__":{"bid":9},"constructor":1,"tick":{"bid":9},');
    const { tick, ...envelope } = fromJson('MarketEvent', text);
    expect(tick?.bid).toBe(1);
    expect(Object.keys(envelope)).not.toContain('constructor');
  });

  it('takes the receive time from whoever received the message', () => {
    expect(fromJson('MarketEvent', TICK, { receivedAtMicros: 77 }).received_at).toBe(77);
    const read = fromJson('MarketEvent', TICK);
    expect(read.received_at).toBe(read.timestamp);
  });

  it('refuses another kind of event than the one asked for', () => {
    const read = (): unknown => fromJson('MarketEvent', TICK, { eventType: 'bar_event' });
    expect(refusal(read).fields).toEqual(['event_type']);
  });

  it('reads a window given in milliseconds as the window of that name', () => {
    const ofi = toJson('OfiEvent', goldenRecord('OfiEvent'));
    const read = (window: string): string | null =>
      fromJson('OfiEvent', ofi.replace('"window":"1s"', `"window":${window}`)).window;
    expect([read('100'), read('60000'), read('"50e"')]).toEqual(['100ms', '60s', '50e']);
    for (const wrong of ['0', '-100', '1.5', '"fast"', 'true']) {
      expect(refusal(() => read(wrong)).fields).toEqual(['window']);
    }
  });

  it('looks up an exchange that is not said, after the rules', () => {
    const read = (symbol: string): unknown =>
      fromJson('MarketEvent', TICK.replace('AAPL', symbol)).exchange;
    expect(read('AAPL')).toBe('SIM');
    expect(refusal(() => read('BTCUSDT')).code).toBe('INSTRUMENT_AMBIGUOUS');
    expect(refusal(() => read('NOSUCH')).code).toBe('INSTRUMENT_UNKNOWN');
    expect(refusal(() => read('no such')).fields).toEqual(['symbol']);
  });

  it('holds producers to the rules about writing', () => {
    const report = toJson('ExecutionReport', {
      ...goldenRecord('ExecutionReport'),
      status: 'ERROR',
      error_message: 'No answer.',
    });
    expect(fromJson('ExecutionReport', report).status).toBe('ERROR');
    const read = (): unknown => fromJson('ExecutionReport', report, { role: 'writer' });
    expect(refusal(read).fields).toEqual(['status']);
  });
});

describe('JSON text', () => {
  it.each([
    '',
    '{',
    '{"a":1,}',
    '{"a":1 "b":2}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1}x',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
    '{"a":1,"a":1}',
    '\u00a0{}',
    `${'['.repeat(JSON_DEPTH_MAX + 2)}${']'.repeat(JSON_DEPTH_MAX + 2)}`,
    '['.repeat(100_000),
  ])('is refused when it is not strict: %#', (text) => {
    expect(refusal(() => fromJson('StoreEvent', text)).code).toBe('MSG_UNREADABLE');
  });

  it('is refused beyond the size of a record', () => {
    const text = `"${'x'.repeat(5 * 1024 * 1024)}"`;
    expect(refusal(() => parseJson(text)).code).toBe('MSG_TOO_LARGE');
  });

  it.each(['5', '[]', 'null', '"text"'])('that is no object is refused: %s', (text) => {
    expect(refusal(() => fromJson('StoreEvent', text)).code).toBe('MSG_RULE_BROKEN');
  });

  it('is read as JSON.parse reads it, but for the numbers', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const [plain, keys] = [JSON.parse(text) as unknown, text.match(/"[^"]*":/g) ?? []];
        fc.pre(new Set(keys).size === keys.length);
        expect(asPlain(parseJson(text))).toEqual(plain);
      }),
    );
  });
});

function asPlain(tree: unknown): unknown {
  if (tree instanceof Map) {
    return Object.fromEntries([...tree].map(([key, value]) => [key, asPlain(value)]));
  }
  if (Array.isArray(tree)) return tree.map(asPlain);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Number((tree as { text: string }).text);
}
