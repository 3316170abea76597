import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import { SCHEMAS } from '../gen/schemas.ts';
import type { StoreEvent, Ticker } from '../gen/types.ts';
import { avroTypeOf } from './avro-types.ts';
import { codecOf } from './codec.ts';
import { readerFor } from './foreign.ts';

interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}
interface Schema {
  fields: Field[];
}

const EVENT: StoreEvent = {
  entity_id: 'order-1',
  entity_type: 'Order',
  version: 3,
  event_type: 'UPDATED',
  position: 17,
  tx_time: 1_723_186_800_000_000,
};
const TICKER: Ticker = {
  symbol: 'BTCUSDT',
  exchange: 'BINANCE',
  timestamp: 1,
  received_at: 2,
  bid: 1.5,
  bid_size: 1,
  ask: 2,
  ask_size: 1,
  last: null,
  last_size: null,
  last_side: null,
  trade_id: 7,
  update_id: null,
};

/** A writer's schema: ours, changed. */
function changed(
  name: 'StoreEvent' | 'Ticker' | 'RawFrame',
  change: (schema: Schema) => void,
): string {
  const schema = JSON.parse(SCHEMAS[name]) as Schema;
  change(schema);
  return JSON.stringify(schema);
}

function fieldOf(schema: Schema, name: string): Field {
  return schema.fields.find((field) => field.name === name) as Field;
}

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'nothing was thrown';
  } catch (error) {
    if (!isFault(error)) throw error;
    return error.code;
  }
}

describe('reading a foreign writer schema', () => {
  it('takes the codec itself where only words for people and the order of keys differ', () => {
    const { name, type, namespace, fields } = JSON.parse(SCHEMAS.StoreEvent) as Record<
      string,
      unknown
    >;
    const schema = JSON.stringify({ fields, namespace, type, name, doc: 'Other words.' });
    expect(readerFor(schema, 'StoreEvent')).toBe(codecOf('StoreEvent'));
  });

  it('gives a field that an older writer did not know its default', () => {
    const older = changed('Ticker', (schema) => {
      schema.fields = schema.fields.filter((field) => field.name !== 'trade_id');
    });
    const bytes = avroTypeOf(JSON.parse(older)).toBuffer(TICKER);
    expect(readerFor(older, 'Ticker').decode(bytes)).toEqual({ ...TICKER, trade_id: null });
  });

  it('skips a field that only a newer writer knows', () => {
    const newer = changed('StoreEvent', (schema) => {
      schema.fields.splice(2, 0, { name: 'shard', type: 'string', default: '' });
    });
    const bytes = avroTypeOf(JSON.parse(newer)).toBuffer({ ...EVENT, shard: 's1' });
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), bytes]);
    expect(readerFor(newer, 'StoreEvent').decode(framed, 5)).toEqual(EVENT);
  });

  it('takes a symbol of a newer writer for the symbol that no message may carry', () => {
    const newer = changed('StoreEvent', (schema) => {
      const type = fieldOf(schema, 'event_type').type as { symbols: string[] };
      type.symbols = [...type.symbols, 'SHARED'];
    });
    const bytes = avroTypeOf(JSON.parse(newer)).toBuffer({ ...EVENT, event_type: 'SHARED' });
    const read = readerFor(newer, 'StoreEvent').decode(bytes);
    expect(read).toEqual({ ...EVENT, event_type: 'UNKNOWN' });
  });

  it('keeps nanoseconds exact', () => {
    const newer = changed('RawFrame', (schema) => {
      schema.fields.push({ name: 'shard', type: 'string', default: '' });
    });
    const frame = {
      exchange: 'BINANCE',
      symbol: 'BTCUSDT',
      connection_id: 'c',
      connection_sequence: 1,
      kind: 'FRAME',
      stream: null,
      received_at: 1_723_186_800_125_001,
      received_at_ns: 1_723_186_800_125_001_377n,
      venue_time: null,
      venue_sequence: null,
      time_shift_micros: 0,
      historical: false,
      payload: Buffer.from('{}'),
    };
    const bytes = avroTypeOf(JSON.parse(newer)).toBuffer({ ...frame, shard: '' });
    expect(readerFor(newer, 'RawFrame').decode(bytes)).toEqual(frame);
  });

  it.each([
    ['that is no JSON', '{'],
    ['that is no schema', '{"type":"nothing"}'],
    ['of another record', SCHEMAS.Ticker],
    [
      'that lacks a field without default',
      changed('StoreEvent', (schema) => {
        schema.fields = schema.fields.filter((field) => field.name !== 'position');
      }),
    ],
    [
      'that counts milliseconds where we count microseconds',
      changed('StoreEvent', (schema) => {
        fieldOf(schema, 'tx_time').type = { type: 'long', logicalType: 'timestamp-millis' };
      }),
    ],
    [
      'that has a text where we have a number',
      changed('StoreEvent', (schema) => {
        fieldOf(schema, 'version').type = 'string';
      }),
    ],
  ])('refuses a schema %s, each time', (_, schema) => {
    expect(codeOf(() => readerFor(schema, 'StoreEvent'))).toBe('MSG_SCHEMA_WRONG');
    expect(codeOf(() => readerFor(schema, 'StoreEvent'))).toBe('MSG_SCHEMA_WRONG');
  });

  it('refuses a decimal of another scale', () => {
    const other = SCHEMAS.OrderIntent.replaceAll('"scale":9', '"scale":8');
    expect(codeOf(() => readerFor(other, 'OrderIntent'))).toBe('MSG_SCHEMA_WRONG');
  });

  it('refuses bytes that end early, go on, claim too much or are no UTF-8', () => {
    const newer = changed('StoreEvent', (schema) => {
      schema.fields.push({ name: 'tags', type: { type: 'array', items: 'string' }, default: [] });
    });
    const type = avroTypeOf(JSON.parse(newer));
    const bytes = type.toBuffer({ ...EVENT, tags: ['x'] });
    const reader = readerFor(newer, 'StoreEvent');
    const hostile = Buffer.concat([
      bytes.subarray(0, -4),
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]),
    ]);
    const garbled = Buffer.from(bytes);
    garbled[1] = 0xff;
    const all = [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0])]), hostile, garbled];
    for (const bad of all) expect(codeOf(() => reader.decode(bad))).toBe('MSG_UNREADABLE');
    expect(reader.decode(bytes)).toEqual(EVENT);
  });
});
