import { describe, expect, it } from '@jest/globals';
import { formatRfc3339, parseRfc3339 } from './clock.ts';
import { Fault, assert, faultOf, isFault } from './fault.ts';
import { ERRORS } from './gen/errors.ts';
import { derivedUuid, sha1 } from './identity.ts';
import { KINDS } from './kinds.ts';
import { seededRandom } from './random.ts';

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('faults', () => {
  it('say what the table says, then the facts', () => {
    const fault = new Fault('TOPIC_UNKNOWN', { topic: 'x', count: 3n });
    expect(fault.message).toBe(`${ERRORS.TOPIC_UNKNOWN.says} (topic: x; count: 3)`);
    expect(fault.kind).toBe('missing');
    expect(fault.reaction).toBe(KINDS.missing);
  });

  it('keep what was thrown as their cause, whatever it was', () => {
    expect(faultOf('text')).toMatchObject({ code: 'UNEXPECTED', details: { message: 'text' } });
    const cause = new Error('deep');
    expect(faultOf(cause).cause).toBe(cause);
    const fault = new Fault('NOT_FOUND');
    expect(faultOf(fault)).toBe(fault);
  });

  it('are recognised by their brand, not by their class', () => {
    expect(isFault({ [Symbol.for('tickmesh.Fault')]: true })).toBe(true);
    expect(isFault(new Error('no'))).toBe(false);
  });

  it('survive facts that cannot be written', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(new Fault('NOT_FOUND', { circle }).message).toContain('circle');
  });

  it('mark our own bugs', () => {
    expect(() => {
      assert(false, 'Water is wet');
    }).toThrow('Water is wet');
  });
});

describe('derived ids', () => {
  // FIPS 180-4 examples and RFC 3174 test 3.
  it.each([
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
    ],
    ['a'.repeat(1_000_000), '34aa973cd4c4daa4f61eeb2bdbad27316534016f'],
  ])('hash as SHA-1 does (%#)', (text, digest) => {
    expect(hex(sha1(bytesOf(text)))).toBe(digest);
  });

  it('are lower-case UUIDs of version 5, the same for the same parts', () => {
    const id = derivedUuid('run', 'STRATEGY', 7n, 0);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(derivedUuid('run', 'STRATEGY', '7', '0')).toBe(id);
    expect(derivedUuid('run', 'STRATEGY7', '0')).not.toBe(id);
  });
});

describe('seeded randomness', () => {
  it('repeats a run by its seed', () => {
    const take = (seed: number | string): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(take(7)).toEqual(take(7));
    expect(take('seven')).toEqual(take('seven'));
    expect(take(7)).not.toEqual(take(8));
  });

  it('is uniform and normal enough', () => {
    const random = seededRandom(1);
    const length = 20_000;
    const uniform = Array.from({ length }, () => random.next());
    const normal = Array.from({ length }, () => random.normal());
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
    const dice = new Set(Array.from({ length: 200 }, () => random.integer(1, 6)));
    expect([...dice].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('times', () => {
  it.each([
    ['2025-11-17T14:30:00Z', 1_763_389_800_000_000],
    ['2025-11-17T15:30:00.123456+01:00', 1_763_389_800_123_456],
    ['1970-01-01T00:00:00.5Z', 500_000],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
  ])('reads %s', (text, micros) => {
    expect(parseRfc3339(text)).toBe(micros);
  });

  it.each([
    '2025-11-17T14:30:00',
    '2025-11-17',
    '1763389800',
    '2025-02-29T00:00:00Z',
    '2025-11-17T24:00:00Z',
    '2025-11-17T14:30:60Z',
    '0075-01-01T00:00:00Z',
    '2025-11-17 14:30:00Z',
    '',
  ])('refuses %j', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  it('writes what it reads', () => {
    for (const text of [
      '2025-11-17T14:30:00Z',
      '2025-11-17T14:30:00.123456Z',
      '2025-11-17T14:30:00.120Z',
      '1969-12-31T23:59:59.999999Z',
      '0100-01-01T00:00:00Z',
    ]) {
      expect(formatRfc3339(parseRfc3339(text) ?? 0)).toBe(text);
    }
  });
});
