import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import fc from 'fast-check';
import { AvroReader } from './reader.ts';
import { AvroWriter } from './writer.ts';

function written(write: (writer: AvroWriter) => void): Buffer {
  const writer = new AvroWriter();
  write(writer);
  return writer.take();
}

function read<Value>(bytes: Uint8Array, by: (reader: AvroReader) => Value): Value {
  const reader = new AvroReader();
  reader.reset(bytes);
  const value = by(reader);
  reader.finish();
  return value;
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

/** Zigzag and groups of seven bits, by the specification and in exact integers. */
function zigzag(value: bigint): number[] {
  let rest = value >= 0n ? 2n * value : -2n * value - 1n;
  const bytes: number[] = [];
  for (; rest >= 128n; rest /= 128n) bytes.push(Number(rest % 128n) + 128);
  return [...bytes, Number(rest)];
}

const OVERLONG = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];

describe('longs', () => {
  it('are written by the specification and read back, up to the last safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const bytes = written((writer) => writer.long(value, 'x'));
        expect([...bytes]).toEqual(zigzag(BigInt(value)));
        expect(read(bytes, (reader) => reader.long())).toBe(value);
      }),
    );
  });

  it('of 64 bits are written by the specification and read back as bigint', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = written((writer) => writer.bigLong(value, 'x'));
        expect([...bytes]).toEqual(zigzag(value));
        expect(read(bytes, (reader) => reader.bigLong())).toBe(value);
      }),
    );
  });

  it.each([2n ** 53n, -(2n ** 53n), 2n ** 62n, -(2n ** 63n)])(
    'that a double does not hold are refused, not rounded: %s',
    (value) => {
      const bytes = Uint8Array.from(zigzag(value));
      expect(codeOf(() => read(bytes, (reader) => reader.long()))).toBe('MSG_UNREADABLE');
    },
  );

  it('without an end are refused', () => {
    const bytes = Uint8Array.from(OVERLONG);
    expect(codeOf(() => read(bytes, (reader) => reader.long()))).toBe('MSG_UNREADABLE');
    expect(codeOf(() => read(bytes, (reader) => reader.bigLong()))).toBe('MSG_UNREADABLE');
  });

  it.each([0.5, NaN, Infinity, 2 ** 53, '1', null, undefined, 1n])(
    'are not made of %p',
    (value) => {
      expect(codeOf(() => written((writer) => writer.long(value as number, 'x')))).toBe(
        'MSG_RULE_BROKEN',
      );
    },
  );
});

describe('texts', () => {
  it.each([
    '',
    'BTCUSDT',
    'é',
    '😀',
    '\0',
    'x'.repeat(63),
    'x'.repeat(64),
    'é'.repeat(40),
    'x'.repeat(70_000),
  ])('come back as they were: %#', (text) => {
    const bytes = written((writer) => writer.string(text, 'x'));
    expect(bytes.subarray(-Buffer.byteLength(text) || bytes.length).toString()).toBe(text);
    expect(read(bytes, (reader) => reader.string())).toBe(text);
    expect(read(bytes, (reader) => reader.string())).toBe(text);
  });

  it('that differ in one byte, or in their length alone, stay apart in the cache', () => {
    for (let length = 1; length <= 20; length += 1) {
      const same = 'A'.repeat(length);
      const texts = Array.from({ length }, (_, at) => `${same.slice(0, at)}B${same.slice(at + 1)}`);
      for (const text of [same, ...texts, same, ...texts, `${same}é`]) {
        const bytes = written((writer) => writer.string(text, 'x'));
        expect(read(bytes, (reader) => reader.string())).toBe(text);
        expect(read(bytes, (reader) => reader.string())).toBe(text);
      }
    }
  });

  it('that differ in one word alone stay apart, however many share a slot', () => {
    for (const at of [0, 4, 8, 12]) {
      for (let number = 0; number < 5_000; number += 1) {
        const word = number.toString(36).padStart(4, '0');
        const text = `${'x'.repeat(at)}${word}${'x'.repeat(12 - at)}`;
        const bytes = written((writer) => writer.string(text, 'x'));
        expect(read(bytes, (reader) => reader.string())).toBe(text);
      }
    }
  });

  it('that were refused are refused again, and are not taken for the text that had their slot', () => {
    const good = written((writer) => writer.string('BTCUSDT', 'x'));
    const bad = Uint8Array.from(good);
    bad[7] = 0xff;
    for (const _ of [1, 2]) {
      expect(read(good, (reader) => reader.string())).toBe('BTCUSDT');
      expect(codeOf(() => read(bad, (reader) => reader.string()))).toBe('MSG_UNREADABLE');
      expect(codeOf(() => read(bad, (reader) => reader.string()))).toBe('MSG_UNREADABLE');
    }
  });

  it.each([
    ['a stray continuation byte', [2, 0x80]],
    ['an overlong slash', [4, 0xc0, 0xaf]],
    ['a surrogate', [6, 0xed, 0xa0, 0x80]],
    ['a sequence that is cut off', [4, 0xe2, 0x82]],
    ['invalid bytes in a long text', [120, ...new Array<number>(59).fill(0x61), 0xff]],
  ])('that are not UTF-8 are refused: %s', (_, bytes) => {
    const action = (): unknown => read(Uint8Array.from(bytes), (reader) => reader.string());
    expect(codeOf(action)).toBe('MSG_UNREADABLE');
  });

  it('with half a surrogate pair are not written', () => {
    expect(codeOf(() => written((writer) => writer.string('a\ud800', 'x')))).toBe(
      'MSG_RULE_BROKEN',
    );
  });

  it.each([
    ['longer than the bytes that are left', zigzag(1n << 40n)],
    ['of negative length', zigzag(-1n)],
  ])('%s are refused before anything is allocated', (_, bytes) => {
    const action = (): unknown => read(Uint8Array.from(bytes), (reader) => reader.string());
    expect(codeOf(action)).toBe('MSG_UNREADABLE');
  });
});

describe('arrays', () => {
  it.each([
    ['more items than bytes', zigzag(1n << 50n)],
    ['a block larger than the bytes that are left', [...zigzag(-1n), ...zigzag(1n << 50n)]],
    ['a block of negative size', [...zigzag(-1n), ...zigzag(-8n)]],
  ])('that claim %s are refused', (_, bytes) => {
    const action = (): unknown => read(Uint8Array.from(bytes), (reader) => reader.blockCount(1));
    expect(codeOf(action)).toBe('MSG_UNREADABLE');
  });

  it('may come in blocks that say their size', () => {
    const bytes = Uint8Array.from([...zigzag(-2n), ...zigzag(2n), 7, 8]);
    const items = read(bytes, (reader) => {
      const count = reader.blockCount(1);
      return Array.from({ length: count }, () => reader.int());
    });
    expect(items).toEqual([-4, 4]);
  });
});

describe('decimals', () => {
  it.each([
    [0n, '00'],
    [1n, '01'],
    [-1n, 'ff'],
    [127n, '7f'],
    [128n, '0080'],
    [-128n, '80'],
    [-129n, 'ff7f'],
    [10n ** 38n - 1n, '4b3b4ca85a86c47a098a223fffffffff'],
  ])('take the fewest bytes of two complement: %s', (units, hex) => {
    const bytes = written((writer) => writer.decimal(units, 'x'));
    expect(bytes.subarray(1).toString('hex')).toBe(hex);
    expect(read(bytes, (reader) => reader.decimal())).toBe(units);
  });

  it('padded by another writer are read as they are meant', () => {
    const bytes = Uint8Array.from([16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    expect(read(bytes, (reader) => reader.decimal())).toBe(-2n);
  });

  it.each([
    ['no bytes', [0]],
    ['17 bytes', [34, ...new Array<number>(17).fill(0)]],
    ['39 digits', [32, 0x7f, ...new Array<number>(15).fill(0xff)]],
  ])('of %s are refused', (_, bytes) => {
    const action = (): unknown => read(Uint8Array.from(bytes), (reader) => reader.decimal());
    expect(codeOf(action)).toBe('MSG_UNREADABLE');
  });

  it.each([10n ** 38n, -(10n ** 38n), 1, '1'])('are not made of %p', (value) => {
    expect(codeOf(() => written((writer) => writer.decimal(value as bigint, 'x')))).toBe(
      'MSG_RULE_BROKEN',
    );
  });
});

describe('the writer', () => {
  it('puts the Confluent frame before the body', () => {
    const bytes = written((writer) => {
      writer.frame(0x01020304);
      writer.index(1);
    });
    expect([...bytes]).toEqual([0, 1, 2, 3, 4, 2]);
  });

  it('forgets an unfinished record without harm to those before it', () => {
    const writer = new AvroWriter();
    writer.string('first', 'x');
    const first = writer.take();
    writer.string('unfinished', 'x');
    writer.reset();
    writer.string('second', 'x');
    expect([first.toString(), writer.take().toString()]).toEqual(['\nfirst', '\fsecond']);
  });

  it('names the field of a value that is not of its type', () => {
    expect(() => written((writer) => writer.double('1' as never, 'Tick.bid'))).toThrow('Tick.bid');
  });
});
