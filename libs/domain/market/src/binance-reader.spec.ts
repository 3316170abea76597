import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import { bytes } from './binance-frames.fixture.ts';
import { BinanceReader, isShutdown } from './binance-reader.ts';
import { readCarefully } from './binance-careful-reader.ts';
import { BinanceScanner } from './binance-scanner.ts';
import type { LevelList, VenueFrame } from './venue-frames.ts';

const DIGITS = { price: 2, size: 5 };
const read = (text: string | Uint8Array, shiftMicros = 0): VenueFrame =>
  new BinanceReader(DIGITS).read(typeof text === 'string' ? bytes(text) : text, shiftMicros);

const rows = (levels: LevelList): number[][] =>
  Array.from({ length: levels.count }, (_, i) => [levels.prices[i]!, levels.sizes[i]!]);

const DEPTH =
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,"b":[["61737.63000000","0.00000000"],["56854.58000000","1.50000000"]],"a":[["61837.64000000","1.54698000"]]}}';
const FUTURES_DEPTH =
  '{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5123107832006,"u":5123107837557,"pu":5123107831937,"b":[],"a":[["61804.60","0.057"]]}';
const SPOT_QUOTE =
  '{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}';
const FUTURES_QUOTE =
  '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314}}';
const TRADE =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}';
const AGGREGATE =
  '{"e":"aggTrade","E":1723161255343,"s":"BTCUSDT","a":77,"p":"61837.63","q":"0.02","f":1,"l":3,"T":1723161255342,"m":false,"M":true}';
const SNAPSHOT =
  '{"lastUpdateId":50093239218,"bids":[["61837.63000000","3.78826000"]],"asks":[["61837.64000000","1.54698000"],["61837.65","2"]]}';

describe('Binance frames', () => {
  it('reads a depth update as whole units, ids and microseconds', () => {
    const frame = read(DEPTH);
    if (frame.kind !== 'depth') throw new Error(frame.kind);
    expect(frame).toMatchObject({
      symbol: 'BTCUSDT',
      venueMicros: 1_723_161_255_208_000,
      firstId: 50093239189,
      lastId: 50093239202,
      previousId: -1,
    });
    expect(rows(frame.bids)).toEqual([
      [6173763, 0],
      [5685458, 150000],
    ]);
    expect(rows(frame.asks)).toEqual([[6183764, 154698]]);
  });

  it('reads the id of the previous update of a bare futures frame', () => {
    const frame = read(FUTURES_DEPTH);
    expect(frame).toMatchObject({ kind: 'depth', previousId: 5123107831937 });
  });

  it('reads a spot quote, which has no event name and no time', () => {
    expect(read(SPOT_QUOTE)).toMatchObject({
      kind: 'quote',
      venueMicros: -1,
      updateId: 50093239212,
      bidPrice: 6183763,
      bidSize: 378826,
      askPrice: 6183764,
      askSize: 154698,
    });
  });

  it('reads a futures quote with its event time', () => {
    expect(read(FUTURES_QUOTE)).toMatchObject({
      kind: 'quote',
      venueMicros: 1_723_161_256_314_000,
    });
  });

  it('takes the seller for the aggressor when the buyer was the maker', () => {
    expect(read(TRADE)).toMatchObject({
      kind: 'trade',
      venueMicros: 1_723_161_255_343_000,
      tradeMicros: 1_723_161_255_342_000,
      tradeId: 3735683259,
      aggregate: false,
      price: 6183763,
      size: 2000,
      aggressor: 'SELL',
      market: true,
    });
  });

  it('reads an aggregate of trades with the id of the aggregate', () => {
    expect(read(AGGREGATE)).toMatchObject({ tradeId: 77, aggregate: true, aggressor: 'BUY' });
  });

  it('marks a futures print that is no market trade', () => {
    const text = TRADE.replace('"m":true', '"X":"INSURANCE_FUND","m":true');
    expect(read(text)).toMatchObject({ kind: 'trade', market: false });
  });

  it('reads a REST snapshot with and without times and symbol', () => {
    expect(read(SNAPSHOT)).toMatchObject({ kind: 'snapshot', lastId: 50093239218, symbol: '' });
    const named = SNAPSHOT.replace('{', '{"symbol":"BTCUSD_PERP","pair":"BTCUSD","E":5,"T":4,');
    expect(read(named)).toMatchObject({ symbol: 'BTCUSD_PERP', venueMicros: 5000 });
  });

  it('moves every time that a frame has by the shift of its run, and invents none', () => {
    expect(read(TRADE, 1_000_001)).toMatchObject({
      venueMicros: 1_723_161_256_343_001,
      tradeMicros: 1_723_161_256_342_001,
    });
    expect(read(` ${TRADE}`, 7)).toMatchObject({ venueMicros: 1_723_161_255_343_007 });
    expect(read(SPOT_QUOTE, 1_000_001)).toMatchObject({ venueMicros: -1 });
  });

  it('reads what the venue says about the connection', () => {
    const shutdown = read('{"e":"serverShutdown","E":1770123456789}');
    expect(isShutdown(shutdown)).toBe(true);
    expect(read('{"result":null,"id":1}')).toMatchObject({ event: 'subscription_answer' });
    expect(read('{"error":{"code":2,"msg":"no"},"id":1}')).toMatchObject({
      event: 'subscription_refused',
    });
  });

  it('reads keys in any order, white space and unknown keys', () => {
    const text =
      '{ "b": "61837.63", "A": "1.5", "a": "61837.64", "B": "3", "new": {"deep": [1.5e3]}, "s": "BTCUSDT", "u": 7 }';
    expect(read(text)).toMatchObject({ kind: 'quote', updateId: 7, askSize: 150000 });
  });

  it('understands the usual frames without JSON.parse', () => {
    for (const text of [
      DEPTH,
      FUTURES_DEPTH,
      SPOT_QUOTE,
      FUTURES_QUOTE,
      TRADE,
      AGGREGATE,
      SNAPSHOT,
    ]) {
      expect(new BinanceScanner(2, 5).scan(bytes(text))).toBe(true);
    }
  });
});

describe('Unreadable Binance frames', () => {
  const refused: readonly [why: string, text: string | Uint8Array, expected: string][] = [
    ['nothing at all', '', 'JSON'],
    ['a truncated frame', DEPTH.slice(0, -9), 'JSON'],
    ['invalid UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'UTF-8'],
    ['a list', '[]', 'a JSON object'],
    ['an unknown event', '{"e":"kline","E":1}', 'e of depthUpdate'],
    ['an empty object', '{}', 'lastUpdateId'],
    [
      'a depth update that runs backwards',
      DEPTH.replace('50093239189', '50093239203'),
      'U not above u',
    ],
    ['a depth update without asks', DEPTH.replace('"a":', '"x":'), 'a, a list'],
    [
      'a price that is a number',
      SPOT_QUOTE.replace('"61837.63000000"', '61837.63'),
      'b, a decimal text',
    ],
    ['a negative size', SPOT_QUOTE.replace('"3.78', '"-3.78'), 'B, a decimal text'],
    ['a price with an exponent', SPOT_QUOTE.replace('61837.63000000', '6e4'), 'b, a decimal text'],
    [
      'more digits than the market keeps',
      SPOT_QUOTE.replace('61837.63000', '61837.63100'),
      'at most 2',
    ],
    ['a level at price 0', DEPTH.replace('56854.58000000', '0.00000000'), 'price above 0'],
    [
      'a level of three',
      DEPTH.replace('"1.54698000"', '"1.54698000","1"'),
      'a list of [price, size]',
    ],
    ['an id beyond 2^53', SPOT_QUOTE.replace('50093239212', '9007199254740993'), '2^53'],
    ['a time in microseconds', TRADE.replace('1723161255343', '1723161255343000'), 'milliseconds'],
    ['a trade at price 0', TRADE.replace('61837.63000000', '0.00000000'), 'p above 0'],
    ['a trade without a side', TRADE.replace('"m":true', '"m":null'), 'm, true or false'],
    ['a partial-depth stream', `{"stream":"x@depth20","data":${SNAPSHOT}}`, 'a REST snapshot'],
    ['two frames in one', SPOT_QUOTE + SPOT_QUOTE, 'JSON'],
  ];

  it.each(refused)('refuses %s and names what it expected', (_, text, expected) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (caught) {
      thrown = caught;
    }
    if (!isFault(thrown)) throw new Error('nothing was refused');
    expect(thrown.code).toBe('FRAME_UNREADABLE');
    expect(String(thrown.details['expected'])).toContain(expected);
  });

  it('judges by the careful reader alone when the scanner says no', () => {
    const text = bytes(SPOT_QUOTE.replace('"u"', '"u":1,"u"'));
    expect(new BinanceScanner(2, 5).scan(text)).toBe(false);
    expect(readCarefully(text, DIGITS, 0)).toMatchObject({ updateId: 50093239212 });
  });
});
