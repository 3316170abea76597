import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tickmesh/kernel';
import { MarketPipeline } from './market-pipeline.ts';
import type { MarketOutput } from './outbox.ts';
import { SIM_SHARES, type SimFrame, SimMarket } from './sim-market.ts';
import { SimReader } from './sim-reader.ts';

const STEP = 200_000;

function frames(seed: number, steps: number): SimFrame[] {
  const market = new SimMarket(seededRandom(seed));
  return Array.from({ length: steps }, (_, i) => market.step((i + 1) * STEP)).flat();
}

const text = (list: readonly SimFrame[]): string =>
  list.map(({ payload }) => new TextDecoder().decode(payload)).join('\n');

describe('The simulated exchange', () => {
  it('gives the same frames for the same seed and others for another', () => {
    expect(text(frames(1, 50))).toBe(text(frames(1, 50)));
    expect(text(frames(1, 50))).not.toBe(text(frames(2, 50)));
  });

  it('quotes every share at each step, never crossed, sequences and ids without a gap', () => {
    const reader = new SimReader({ price: 2, size: 0 });
    const last = new Map<string, { sequence: number; id: number }>();
    for (const { payload, symbol } of frames(7, 400)) {
      const frame = reader.read(payload);
      const seen = last.get(symbol) ?? { sequence: 0, id: 0 };
      expect(frame.symbol).toBe(symbol);
      if (frame.kind === 'quote') {
        expect(frame.updateId).toBe(seen.sequence + 1);
        expect(frame.askPrice).toBeGreaterThan(frame.bidPrice);
        expect(frame.bidPrice).toBeGreaterThan(0);
        last.set(symbol, { ...seen, sequence: frame.updateId });
      } else {
        expect(frame.tradeId).toBe(seen.id + 1);
        last.set(symbol, { ...seen, id: frame.tradeId });
      }
    }
    expect([...last.keys()]).toEqual(SIM_SHARES.map(({ symbol }) => symbol));
    for (const { sequence, id } of last.values()) {
      expect(sequence).toBe(400);
      expect(id).toBeGreaterThan(100);
    }
  });

  it('feeds a pipeline without a book: ticks, bars, and OFI that is good from its first whole window', () => {
    const pipeline = new MarketPipeline({
      symbol: 'AAPL',
      exchange: 'SIM',
      digits: { price: 2, size: 0 },
      assetClass: 'equity',
      currency: 'USD',
    });
    const outputs: MarketOutput[] = [];
    for (const frame of frames(7, 100)) {
      if (frame.symbol !== 'AAPL') continue;
      const received = frame.venueMicros + 500;
      outputs.push(
        ...pipeline.onFrame({
          kind: 'FRAME',
          connection_id: 'sim',
          received_at: received,
          time_shift_micros: 0,
          payload: frame.payload,
        }),
      );
    }
    const kinds = new Set(
      outputs.map((o) => (o.kind === 'market_event' ? o.record.event_type : o.kind)),
    );
    expect([...kinds].sort()).toEqual(['bar_event', 'ofi_event', 'tick_event', 'ticker']);
    const windows = outputs.flatMap((o) => (o.kind === 'ofi_event' ? [o.record] : []));
    expect(windows.length).toBeGreaterThan(100);
    const startedMicros = STEP + 500;
    for (const { quality, levels, window_start } of windows) {
      expect(levels).toBe(1);
      expect(quality).toBe((window_start ?? NaN) > startedMicros ? 'good' : 'degraded');
    }
  });

  it('refuses what is no frame of its own', () => {
    const reader = new SimReader({ price: 2, size: 0 });
    const bad = [
      '',
      '[]',
      '{"type":"news"}',
      '{"type":"trade","symbol":"A","time":1,"id":1,"price":"0","size":"1","side":"BUY"}',
      '{"type":"trade","symbol":"A","time":1,"id":1,"price":"1","size":"1","side":"MAYBE"}',
      '{"type":"quote","symbol":"A","time":1,"sequence":1,"bid":1,"bid_size":"1","ask":"2","ask_size":"1"}',
    ];
    for (const frame of bad) expect(() => reader.read(new TextEncoder().encode(frame))).toThrow();
  });

  it('shows what it found where a frame is no JSON, or no text at all', () => {
    const reader = new SimReader({ price: 2, size: 0 });
    expect(() => reader.read(new TextEncoder().encode('not a frame'))).toThrow(
      'expected: JSON; found: not a frame',
    );
    expect(() => reader.read(new Uint8Array(20).fill(0xff))).toThrow(
      `expected: UTF-8; found: bytes ${Array(16).fill('ff').join(' ')} and 4 more`,
    );
  });
});
