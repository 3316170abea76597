/**
 * Our Avro codecs against avsc on the same values, and against JSON: the market events of ticks, each
 * different from the one before as on a feed. Bytes are compared with avsc's, values read back with what
 * was written. The rules of a tick are timed against reading it. BENCH_RECORDS makes it smaller.
 */
import avro from 'avsc';
import { type MarketEvent, codecOf, validate } from '@tickmesh/contracts';
import type { BenchRow } from './row.ts';

const RECORDS = Number(process.env['BENCH_RECORDS'] ?? 100_000);
const DISTINCT = 1_024;
const SAMPLES = 9;
const WARM_UP = 3;

export function bench(): BenchRow[] {
  const codec = codecOf('MarketEvent');
  const type = avro.Type.forSchema(JSON.parse(codec.schema) as avro.Schema);
  const ticks = Array.from({ length: DISTINCT }, (_, i) => tick(i));
  const bytes = batch(ticks.map((event) => codec.encode(event)));
  const texts = ticks.map((event) => JSON.stringify(event));
  const sameBytes = ticks.every((event, i) => type.toBuffer(event).equals(bytes[i] ?? Buffer.of()));
  const sameValues = bytes.every((one, i) => JSON.stringify(codec.decode(one)) === texts[i]);
  const encode = each(ticks, (event) => codec.encode(event).length);
  const decode = each(bytes, (one) => codec.decode(one).timestamp);
  return [
    row(
      'encode a tick',
      'avsc',
      '3x',
      sameBytes,
      encode,
      each(ticks, (event) => type.toBuffer(event).length),
    ),
    row(
      'decode a tick',
      'avsc',
      '3x',
      sameValues,
      decode,
      each(bytes, (one) => (type.fromBuffer(one) as MarketEvent).timestamp),
    ),
    row(
      'encode a tick',
      'JSON.stringify',
      'shown',
      sameBytes,
      encode,
      each(ticks, (event) => JSON.stringify(event).length),
    ),
    row(
      'decode a tick',
      'JSON.parse',
      'shown',
      sameValues,
      decode,
      each(texts, (text) => (JSON.parse(text) as MarketEvent).timestamp),
    ),
    row(
      'check the rules of a tick',
      'decoding it',
      'under 1 microsecond',
      ticks.every((event) => validate('MarketEvent', event).length === 0),
      each(ticks, (event) => validate('MarketEvent', event).length),
      decode,
    ),
  ];
}

/** Records as a consumer meets them: views into one buffer. */
function batch(records: readonly Buffer[]): Buffer[] {
  const whole = Buffer.concat(records);
  let start = 0;
  return records.map((record) => whole.subarray(start, (start += record.length)));
}

function tick(i: number): MarketEvent {
  const bid = 60_000 + (i % 97) / 10;
  return {
    event_type: 'tick_event',
    symbol: i % 3 === 0 ? 'ETHUSDT' : 'BTCUSDT',
    exchange: 'BINANCE',
    timestamp: 1_723_186_800_000_000 + 1_000 * i,
    received_at: 1_723_186_800_002_345 + 1_000 * i,
    tick: {
      bid,
      ask: bid + 0.1,
      bid_size: (i % 31) / 8,
      ask_size: (i % 29) / 8,
      last: i % 2 === 0 ? bid : null,
      last_size: i % 2 === 0 ? 0.001 * i : null,
      level2: null,
    },
    bar: null,
    book_status: null,
    data_quality: { completeness_score: 1, freshness_ms: i % 40, source: 'venue_realtime' },
    metadata: null,
  };
}

function each<Value>(values: readonly Value[], work: (value: Value) => number): () => number {
  return () => {
    let sum = 0;
    for (let i = 0; i < RECORDS; i++) sum += work(values[i % values.length] as Value);
    return sum;
  };
}

function row(
  name: string,
  baselineName: string,
  aim: string,
  equal: boolean,
  ours: () => number,
  baseline: () => number,
): BenchRow {
  const times: [number[], number[]] = [[], []];
  for (let sample = 0; sample < SAMPLES + WARM_UP; sample++) {
    [ours, baseline].forEach((work, side) => {
      const start = process.hrtime.bigint();
      work();
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (sample >= WARM_UP) times[side]?.push(seconds);
    });
  }
  const [oursPerSecond, baselinePerSecond] = times.map((list) => RECORDS / median(list)) as [
    number,
    number,
  ];
  return {
    name,
    unit: 'records/s',
    ours: Math.round(oursPerSecond),
    baseline: Math.round(baselinePerSecond),
    baselineName,
    ratio: oursPerSecond / baselinePerSecond,
    aim,
    equal,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
