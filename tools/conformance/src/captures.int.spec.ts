import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type MarketFrame, type MarketOutput, MarketPipeline } from '@tickmesh/domain-market';
import { CAPTURES, readCapture } from './capture.ts';

const SPOT = {
  symbol: 'BTCUSDT',
  exchange: 'BINANCE',
  digits: { price: 5, size: 8 },
  assetClass: 'crypto',
  currency: 'USDT',
} as const;

/** The first half of the spot capture: 41,249 frames with the snapshot among them. */
function frames(): MarketFrame[] {
  return readCapture(join(CAPTURES, 'spot-btcusdt-1.gz')).map(({ receivedNanos, payload }) => ({
    kind: 'FRAME',
    connection_id: 'capture',
    received_at: Number(receivedNanos / 1000n),
    time_shift_micros: 0,
    payload,
  }));
}

const isDepth = ({ payload }: MarketFrame): boolean =>
  Buffer.from(payload).subarray(0, 40).includes('@depth');

describe('A recorded capture', () => {
  it('gives the same outputs when the pipeline is saved and restored on the way', () => {
    const whole = new MarketPipeline(SPOT, { source: 'replay' });
    let cut = new MarketPipeline(SPOT, { source: 'replay' });
    let differences = 0;
    for (const [index, frame] of frames().entries()) {
      if (index % 4000 === 3999) {
        const state = cut.snapshot();
        cut = new MarketPipeline(SPOT, { source: 'replay' });
        cut.restore(state);
      }
      const [expected, found] = [whole.onFrame(frame), cut.onFrame(frame)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) differences += 1;
    }
    expect(differences).toBe(0);
    expect(cut.snapshot()).toEqual(whole.snapshot());
  });

  it('with one update lost says so at the next, and publishes no book from then on', () => {
    const list = frames();
    const lost = list.findIndex((frame, index) => index > 20_000 && isDepth(frame));
    const next = list.findIndex((frame, index) => index > lost && isDepth(frame));
    const pipeline = new MarketPipeline(SPOT, { source: 'replay' });
    const before: MarketOutput[] = [];
    const after: MarketOutput[] = [];
    for (const [index, frame] of list.entries()) {
      if (index === lost) continue;
      (index < next ? before : after).push(...pipeline.onFrame(frame));
    }
    const told = after.flatMap((output) =>
      output.kind === 'market_event' && output.record.book_status !== null
        ? [`${output.record.book_status.state} ${output.record.book_status.reason}`]
        : [],
    );
    expect(before.some(({ kind }) => kind === 'order_book')).toBe(true);
    expect(told.slice(0, 3)).toEqual([
      'GAP sequence_gap',
      'BUFFERING sequence_gap',
      'SNAPSHOT_PENDING sequence_gap',
    ]);
    expect(told.filter((line) => line.startsWith('LIVE'))).toEqual([]);
    expect(after.some(({ kind }) => kind === 'order_book')).toBe(false);
    const seenMicros = list[next]?.received_at ?? NaN;
    const windows = after.flatMap((output) =>
      output.kind === 'ofi_event' && (output.record.window_start ?? NaN) > seenMicros
        ? [`level ${output.record.levels} ${output.record.quality}`]
        : [],
    );
    expect(windows.length).toBeGreaterThan(100);
    expect([...new Set(windows)]).toEqual(['level 1 degraded']);
  });
});
