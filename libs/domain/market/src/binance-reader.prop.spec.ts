import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytes, depth, quote, snapshot, trade } from './binance-frames.fixture.ts';
import { readCarefully } from './binance-careful-reader.ts';
import { BinanceReader } from './binance-reader.ts';
import type { LevelList, VenueFrame } from './venue-frames.ts';

const DIGITS = { price: 2, size: 3 };
const id = fc.integer({ min: 0, max: 10_000_000_000 });
const levels = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 9_000_000 }), fc.integer({ min: 0, max: 9_000_000 })),
  { maxLength: 5 },
);
const level = fc.tuple(fc.integer({ min: 0, max: 9_000_000 }), fc.integer({ min: 0, max: 9_000 }));
const millis = fc.integer({ min: 0, max: 2_000_000_000_000 });

const frameText = fc.oneof(
  fc
    .record({
      first: id,
      more: fc.nat(1000),
      previous: fc.option(id),
      bids: levels,
      asks: levels,
      millis,
    })
    .map(({ first, more, previous, ...rest }) =>
      depth({ first, last: first + more, ...(previous === null ? {} : { previous }), ...rest }),
    ),
  fc.tuple(id, levels, levels).map(([last, bids, asks]) => snapshot(last, bids, asks)),
  fc
    .tuple(id, level, level, fc.option(millis))
    .map(([update, bid, ask, time]) => quote(update, bid, ask, time ?? undefined)),
  fc
    .record({
      id,
      cents: fc.integer({ min: 1, max: 9_000_000 }),
      size: fc.nat(9_000_000),
      tradeMillis: millis,
      buyerIsMaker: fc.boolean(),
      execution: fc.constantFrom('MARKET', 'ADL'),
    })
    .map(trade),
);

/** A small damage: a byte replaced, removed, doubled, or the rest cut off. */
const damage = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('replace', 'remove', 'double', 'cut'),
  byte: fc.constantFrom(...bytes('0123456789.,:"{}[]abeuUAB \\n-\u00e9')),
});

function damaged(text: string, hit: { at: number; kind: string; byte: number }): Uint8Array {
  const whole = bytes(text);
  const at = hit.at % whole.length;
  const [before, rest] = [whole.subarray(0, at), whole.subarray(at)];
  switch (hit.kind) {
    case 'replace':
      return Uint8Array.of(...before, hit.byte, ...rest.subarray(1));
    case 'remove':
      return Uint8Array.of(...before, ...rest.subarray(1));
    case 'double':
      return Uint8Array.of(...before, rest[0]!, ...rest);
    default:
      return before;
  }
}

/** The frame without the parts that hold nothing, or the fault's code. */
function outcome(read: () => VenueFrame): unknown {
  try {
    const frame = read();
    if (frame.kind !== 'depth' && frame.kind !== 'snapshot') return { ...frame };
    return { ...frame, bids: rows(frame.bids), asks: rows(frame.asks) };
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
}

const rows = (side: LevelList): number[][] =>
  Array.from({ length: side.count }, (_, i) => [side.prices[i]!, side.sizes[i]!]);

describe('The two readers of Binance frames', () => {
  it('agree on every frame of the usual shapes', () => {
    const reader = new BinanceReader(DIGITS);
    fc.assert(
      fc.property(frameText, fc.integer({ min: -5, max: 5 }), (text, shift) => {
        const fast = outcome(() => reader.read(bytes(text), shift));
        expect(fast).toEqual(outcome(() => readCarefully(bytes(text), DIGITS, shift)));
        expect(typeof fast).toBe('object');
      }),
      { numRuns: 500 },
    );
  });

  it('agree on damaged frames: the same frame, or a fault of both', () => {
    const reader = new BinanceReader(DIGITS);
    fc.assert(
      fc.property(frameText, damage, (text, hit) => {
        const payload = damaged(text, hit);
        const fast = outcome(() => reader.read(payload, 0));
        expect(fast).toEqual(outcome(() => readCarefully(payload, DIGITS, 0)));
      }),
      { numRuns: 5000 },
    );
  });
});
