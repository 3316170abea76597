import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { AVSC_LONG_MAX, recordArbitrary } from '../testing/arbitrary.ts';
import { avroTypeOf } from './avro-types.ts';
import { type Codec, RECORD_NAMES, codecOf } from './codec.ts';
import { AvroWriter } from './writer.ts';

const numRuns = Number(process.env['PROP_RUNS'] ?? 25);

describe.each(RECORD_NAMES)('the codec of %s', (name) => {
  const codec = codecOf(name) as unknown as Codec<unknown>;
  const type = avroTypeOf(JSON.parse(codec.schema));
  const values = recordArbitrary(name) as fc.Arbitrary<unknown>;

  it('writes the bytes that avsc writes', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.encode(value).toString('hex')).toBe(type.toBuffer(value).toString('hex'));
      }),
      { numRuns },
    );
  });

  it('reads back what it wrote, wherever in a buffer it lies', () => {
    fc.assert(
      fc.property(values, fc.nat(40), (value, offset) => {
        const framed = Buffer.concat([Buffer.alloc(offset, 7), codec.encode(value)]);
        expect(codec.decode(framed, offset)).toEqual(value);
      }),
      { numRuns },
    );
  });

  it('reads what avsc reads from the same bytes', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = type.toBuffer(value);
        expect(codec.decode(bytes)).toEqual({ ...(type.fromBuffer(bytes) as object) });
      }),
      { numRuns },
    );
  });

  it('refuses every beginning of a record and every byte after it', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
        const bytes = codec.encode(value);
        const cut = Math.floor(share * (bytes.length - 1));
        expect(outcome(codec, bytes.subarray(0, cut))).toBe('MSG_UNREADABLE');
        expect(outcome(codec, Buffer.concat([bytes, Buffer.from([0])]))).toBe('MSG_UNREADABLE');
      }),
      { numRuns },
    );
  });

  it('makes of damaged bytes what avsc makes of them, or refuses them', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, damage, (value, places) => {
        const bytes = Buffer.from(codec.encode(value));
        for (const [place, byte] of places) bytes[place % bytes.length] = byte;
        const found = outcome(codec, bytes);
        if (found !== 'MSG_UNREADABLE' && !holdsLargeLong(found)) {
          expect(found).toEqual({ ...(type.fromBuffer(bytes) as object) });
        }
      }),
      { numRuns: 2 * numRuns },
    );
  });

  it('refuses noise, or reads it without going past its end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = outcome(codec, bytes);
        expect(found === 'MSG_UNREADABLE' || typeof found === 'object').toBe(true);
      }),
      { numRuns: 2 * numRuns },
    );
  });

  it('appends to a writer without touching what was handed over', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 6 }), (list) => {
        const writer = new AvroWriter();
        const taken = list.map((value) => {
          codec.encodeInto(value, writer);
          return writer.take();
        });
        expect(taken.map((bytes) => codec.decode(bytes))).toEqual(list);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });
});

function holdsLargeLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) > AVSC_LONG_MAX;
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsLargeLong);
}

/** The value, or the code of the fault; anything else thrown is a failure of the test. */
function outcome(codec: Codec<unknown>, bytes: Uint8Array): unknown {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (!isFault(error)) throw error;
    return error.code;
  }
}
