import { describe, expect, it } from '@jest/globals';
import { RECORD_NAMES } from './codec/codec.ts';
import { SHAPES } from './gen/shapes.ts';
import type { ExecutionReport, MarketEvent, OrderIntent, RecordTypes } from './gen/types.ts';
import { goldenRecord } from './testing/golden-records.ts';
import { requireValid, validate } from './validate.ts';

const NINE = 1_000_000_000n;
const intent = goldenRecord('OrderIntent');
const report = goldenRecord('ExecutionReport');
const event = goldenRecord('MarketEvent');
const tick = event.tick as NonNullable<MarketEvent['tick']>;

function rulesOf(name: keyof RecordTypes, value: unknown, role?: 'writer'): string[] {
  return validate(name, value as never, role).map(({ field, rule }) => `${field}: ${rule}`);
}

describe('the golden records', () => {
  it.each(RECORD_NAMES)('%s breaks no rule', (name) => {
    expect(validate(name, goldenRecord(name) as never, 'writer')).toEqual([]);
  });
});

describe('required fields', () => {
  const required = RECORD_NAMES.flatMap((name) =>
    SHAPES[name]
      .filter(({ defaultValue }) => defaultValue === undefined)
      .map(({ name: field }) => ({ name, field })),
  );

  it.each(required)('$name without $field is refused by that field', ({ name, field }) => {
    const value = { ...goldenRecord(name), [field]: undefined };
    expect(rulesOf(name, value)).toEqual([`${field}: required`]);
  });
});

describe('the first symbol of an enum', () => {
  const enums = RECORD_NAMES.flatMap((name) =>
    SHAPES[name].flatMap(({ name: field, shape }) => {
      const inner = shape.kind === 'nullable' ? shape.inner : shape;
      return inner.kind === 'enum' ? [{ name, field, symbol: inner.symbols[0] }] : [];
    }),
  );

  it.each(enums)('$symbol is refused as $field of $name', ({ name, field, symbol }) => {
    const found = validate(name, { ...goldenRecord(name), [field]: symbol });
    expect(found.map((violation) => violation.field)).toEqual([field]);
  });
});

describe('values of the wrong type', () => {
  const fields = RECORD_NAMES.flatMap((name) =>
    SHAPES[name].map(({ name: field }) => ({ name, field })),
  );

  it.each(fields)('as $field of $name are refused and do not throw', ({ name, field }) => {
    for (const wrong of [Symbol('wrong'), () => 0]) {
      const found = validate(name, { ...goldenRecord(name), [field]: wrong });
      expect(found[0]?.field.startsWith(field)).toBe(true);
    }
  });
});

describe('a market event', () => {
  it.each([
    ['two bodies', { ...event, book_status: goldenStatus() }],
    ['no body', { ...event, tick: null }],
    ['the body of another type', { ...event, event_type: 'book_status' }],
  ])('with %s is refused', (_, value) => {
    expect(rulesOf('MarketEvent', value)).toEqual([expect.stringContaining('event_type: ')]);
  });

  it('names the field of its body by the path to it', () => {
    const level2 = { bids: [{ price: 1, size: -1 }], asks: [] };
    const value = { ...event, tick: { ...tick, bid: NaN, level2 } };
    expect(rulesOf('MarketEvent', value)).toEqual([
      'tick.bid: > 0',
      'tick.level2.bids[0].size: >= 0',
    ]);
  });

  it.each([
    [
      'bids that do not fall',
      {
        bids: [
          [1, 1],
          [2, 1],
        ],
        asks: [],
      },
      'bids',
    ],
    [
      'asks that do not rise',
      {
        bids: [],
        asks: [
          [2, 1],
          [2, 1],
        ],
      },
      'asks',
    ],
    ['a crossed book', { bids: [[3, 1]], asks: [[2, 1]] }, 'asks'],
  ])('with level2 of %s is refused', (_, sides, side) => {
    const levels = (pairs: number[][]): unknown => pairs.map(([price, size]) => ({ price, size }));
    const level2 = { bids: levels(sides.bids), asks: levels(sides.asks) };
    const [found] = rulesOf('MarketEvent', { ...event, tick: { ...tick, level2 } });
    expect(found).toContain(`tick.level2.${side}: `);
  });

  function goldenStatus(): unknown {
    return { state: 'LIVE', previous_state: 'GAP', reason: 'resynchronised', last_good_id: null };
  }
});

describe('an order intent', () => {
  const refusals: [string, Partial<OrderIntent>, string][] = [
    ['STOP_LIMIT without limit', { limit_price: null }, 'limit_price'],
    ['STOP_LIMIT without stop', { stop_price: null }, 'stop_price'],
    ['MARKET with a limit', { order_type: 'MARKET', stop_price: null }, 'limit_price'],
    ['MARKET with a stop', { order_type: 'MARKET', limit_price: null }, 'stop_price'],
    ['NEW for nothing', { quantity: 0n }, 'quantity'],
    ['NEW with a target', { target_intent_id: report.report_id }, 'target_intent_id'],
    ['CANCEL without target', { action: 'CANCEL' }, 'target_intent_id'],
    ['REPLACE without target', { action: 'REPLACE' }, 'target_intent_id'],
    [
      'REPLACE of itself',
      { action: 'REPLACE', target_intent_id: intent.intent_id },
      'target_intent_id',
    ],
  ];

  it.each(refusals)('%s is refused', (_, change, field) => {
    const found = validate('OrderIntent', { ...intent, ...change });
    expect(found.map((violation) => violation.field)).toEqual([field]);
  });

  it('to cancel needs neither quantity nor prices', () => {
    const cancel = {
      ...intent,
      action: 'CANCEL' as const,
      target_intent_id: report.report_id,
      quantity: 0n,
      limit_price: null,
      stop_price: null,
    };
    expect(validate('OrderIntent', cancel)).toEqual([]);
  });
});

describe('an execution report', () => {
  const filled = {
    status: 'FILLED',
    filled_quantity: 3n * NINE,
    remaining_quantity: 0n,
    fills: [],
  };
  const refusals: [string, object, string][] = [
    ['more filled than requested', { filled_quantity: 4n * NINE, fills: [] }, 'filled_quantity'],
    ['FILLED in part', { status: 'FILLED' }, 'filled_quantity'],
    ['FILLED without price', { ...filled, average_fill_price: null }, 'average_fill_price'],
    ['a wrong rest', { remaining_quantity: NINE }, 'remaining_quantity'],
    ['REJECTED for a blank reason', { status: 'REJECTED', reject_reason: ' ' }, 'reject_reason'],
    [
      'an average its fills do not have',
      { average_fill_price: 60_007n * NINE },
      'average_fill_price',
    ],
    [
      'an acknowledgement before the order',
      { acknowledged_timestamp: 1 },
      'acknowledged_timestamp',
    ],
  ];

  it.each(refusals)('with %s is refused', (_, change, field) => {
    const found = validate('ExecutionReport', { ...report, ...change });
    expect(found.map((violation) => violation.field)).toContain(field);
  });

  it('of an overfill may fill more than was requested', () => {
    const over = { ...report, ...filled, filled_quantity: 4n * NINE, overfill: true };
    expect(validate('ExecutionReport', over as ExecutionReport)).toEqual([]);
  });

  it('UNKNOWN says that the broker has not answered, and is written', () => {
    expect(rulesOf('ExecutionReport', { ...report, status: 'UNKNOWN' }, 'writer')).toEqual([]);
  });

  it.each(['TIMEOUT', 'ERROR'])('%s is read, never written', (status) => {
    const value = { ...report, status, error_message: 'No answer.' };
    expect(rulesOf('ExecutionReport', value)).toEqual([]);
    expect(rulesOf('ExecutionReport', value, 'writer')).toEqual([
      'status: TIMEOUT and ERROR are read, never written',
    ]);
  });

  it('may round its average price a little', () => {
    const rounded = { ...report, average_fill_price: 60_000n * NINE };
    expect(validate('ExecutionReport', rounded)).toEqual([]);
  });
});

describe('a refusal', () => {
  it('names record, field, rule and value', () => {
    const action = (): void => {
      requireValid('OrderIntent', { ...intent, quantity: -1n });
    };
    expect(action).toThrow(/OrderIntent.*quantity.*>= 0.*-1/);
  });
});
