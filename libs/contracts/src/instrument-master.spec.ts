import { describe, expect, it } from '@jest/globals';
import { INSTRUMENTS } from './gen/instruments.ts';
import { InstrumentMaster } from './instrument-master.ts';
import { validate } from './validate.ts';

const master = new InstrumentMaster();

describe('the instrument master', () => {
  it.each(INSTRUMENTS)('declares $symbol on $exchange by the rules', (instrument) => {
    expect(validate('Instrument', instrument, 'writer')).toEqual([]);
  });

  it('finds a market by symbol and exchange', () => {
    expect(master.resolve('BTCUSDT', 'BINANCE_USDM').price_step).toBe(100_000_000n);
    expect(master.resolve('BTCUSDT', 'BINANCE').price_step).toBe(10_000_000n);
    expect(master.find('BTCUSDT', 'BINANCE')).toBe(master.resolve('BTCUSDT', 'BINANCE'));
  });

  it('finds the only market of a symbol without being told the exchange', () => {
    expect(master.resolve('AAPL')).toBe(master.resolve('AAPL', 'SIM'));
    expect(master.resolve('AAPL', null).exchange).toBe('SIM');
  });

  it('asks for the exchange where a symbol trades on several', () => {
    expect(() => master.resolve('BTCUSDT')).toThrow('BINANCE_USDM');
  });

  it.each([
    ['NOSUCH', undefined],
    ['AAPL', 'BINANCE'],
  ])('does not know %s on %s', (symbol, exchange) => {
    expect(() => master.resolve(symbol, exchange)).toThrow(symbol);
  });

  it('lists every market once, and refuses one that is listed twice', () => {
    expect(new Set(master.all())).toEqual(new Set(INSTRUMENTS));
    expect(() => new InstrumentMaster([...INSTRUMENTS, ...INSTRUMENTS.slice(0, 1)])).toThrow(
      'twice',
    );
  });
});
