import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventHeaders } from './port.ts';
import {
  SourceFilter,
  type SourcePosition,
  formatSourcePosition,
  parseSourcePosition,
} from './source-filter.ts';

const headersAt = (position: SourcePosition, more: Partial<EventHeaders> = {}): EventHeaders => ({
  event_id: 'e',
  run_id: 'r',
  mode: 'live',
  source_position: formatSourcePosition(position),
  ...more,
});
const at = (offset: number, index = 0, partition = 0): SourcePosition => ({
  topic: 'market_raw',
  partition,
  offset: BigInt(offset),
  index,
});
const admits = (filter: SourceFilter, position: SourcePosition, topic = 'ofi_events'): boolean =>
  filter.admits({ topic: topic as 'ofi_events', partition: 0, headers: headersAt(position) });

/** What a producer sends that starts again from earlier positions, any number of times. */
const withRewinds = fc
  .array(fc.record({ from: fc.nat(30), length: fc.integer({ min: 1, max: 30 }) }), { maxLength: 8 })
  .map((runs) => {
    const sent: SourcePosition[] = [];
    let next = 0;
    for (const { from, length } of runs) {
      const start = Math.min(from, next);
      for (let i = start; i < start + length; i++) sent.push(at(Math.floor(i / 2), i % 2));
      next = Math.max(next, start + length);
    }
    return { sent, next };
  });

describe('The source filter', () => {
  it('lets each message through once and in order, wherever the producer started again', () => {
    fc.assert(
      fc.property(withRewinds, ({ sent, next }) => {
        const filter = new SourceFilter();
        const through = sent.filter((position) => admits(filter, position));
        expect(through).toEqual(
          Array.from({ length: next }, (_, i) => at(Math.floor(i / 2), i % 2)),
        );
      }),
    );
  });

  it('goes on from its state as if it had never stopped', () => {
    fc.assert(
      fc.property(withRewinds, fc.nat(), ({ sent }, cut) => {
        const whole = new SourceFilter();
        const all = sent.filter((position) => admits(whole, position));
        let part = new SourceFilter();
        const again = sent.filter((position, i) => {
          if (i === cut % (sent.length + 1)) part = new SourceFilter(part.state());
          return admits(part, position);
        });
        expect(again).toEqual(all);
        expect(part.state()).toEqual(whole.state());
      }),
    );
  });

  it('keeps apart what came from other partitions or on other topics', () => {
    const filter = new SourceFilter();
    expect(admits(filter, at(5))).toBe(true);
    expect(admits(filter, at(3, 0, 1))).toBe(true);
    expect(admits(filter, at(3), 'market_events')).toBe(true);
    expect(admits(filter, at(3))).toBe(false);
    filter.forget([{ topic: 'ofi_events', partition: 0 }]);
    expect(admits(filter, at(3))).toBe(true);
    expect(admits(filter, at(3), 'market_events')).toBe(false);
  });

  it('lets a replayed letter through and is not moved by it', () => {
    const filter = new SourceFilter();
    admits(filter, at(5));
    const replayed = headersAt(at(2), { replayed_from: 'dlq_ofi_events/0/1' });
    expect(filter.admits({ topic: 'ofi_events', partition: 0, headers: replayed })).toBe(true);
    expect(filter.state()).toEqual({ 'ofi_events/0<market_raw/0': '5/0' });
  });

  it.each(['', 'x', 'market_raw/0/1', 'market_raw/0/-1/0', 'market_raw/0/1/0/0', '/0/1/0'])(
    'refuses the position "%s"',
    (text) => {
      expect(() => parseSourcePosition(text)).toThrow(
        expect.objectContaining({ code: 'MSG_RULE_BROKEN' }),
      );
    },
  );

  it('refuses a state that is not one', () => {
    expect(() => new SourceFilter({ 'a/0<b/0': 'x' })).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }),
    );
  });
});
