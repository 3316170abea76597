import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import { parseFeeds } from './feed.ts';

describe('the feed argument', () => {
  it('gives words without a kind to the feed before them', () => {
    expect(parseFeeds('replay:a.gz,b.gz,sim,binance:BTCUSDT,ETHUSDT')).toEqual([
      { kind: 'replay', files: ['a.gz', 'b.gz'] },
      { kind: 'sim', symbols: [] },
      { kind: 'binance', symbols: ['BTCUSDT', 'ETHUSDT'] },
    ]);
  });

  it('keeps the perpetual apart from spot', () => {
    expect(parseFeeds('binance-usdm:BTCUSDT')).toEqual([
      { kind: 'binance-usdm', symbols: ['BTCUSDT'] },
    ]);
  });

  it.each([
    ['bitcoin', 'a feed opens with'],
    ['', 'a feed opens with'],
    ['replay', 'replay names at least one file'],
    ['sim,binance', 'binance names at least one symbol'],
  ])('refuses %j and says what is expected', (text, rule) => {
    try {
      parseFeeds(text);
      throw new Error('accepted');
    } catch (thrown) {
      expect(isFault(thrown) && String(thrown.details['rule'])).toContain(rule);
    }
  });
});
