import { describe, expect, it } from '@jest/globals';
import { frameOf, stamp } from './framing.ts';
import { isSameSchema } from './schema-registry.ts';

describe('A frame', () => {
  it('is a zero byte and the schema id, big-endian', () => {
    const bytes = Buffer.from([0, 0, 0, 0, 0, 42]);
    stamp(bytes, 0x01020304);
    expect([...bytes]).toEqual([0, 1, 2, 3, 4, 42]);
    expect(frameOf(bytes).id).toBe(0x01020304);
    expect(frameOf(Buffer.from([0, 0xff, 0xff, 0xff, 0xff])).id).toBe(0xffffffff);
  });

  it.each([
    ['no value', null],
    ['no bytes', Buffer.alloc(0)],
    ['four bytes', Buffer.alloc(4)],
    ['JSON', Buffer.from('{"a":1}')],
  ])('is missing from %s', (_, value) => {
    expect(() => frameOf(value)).toThrow(expect.objectContaining({ code: 'MSG_NOT_FRAMED' }));
  });
});

describe('Two schema texts', () => {
  it('are the same whatever the order of their members and their white space', () => {
    expect(isSameSchema('{"a":1,"b":[1,2]}', '{ "b": [1, 2], "a": 1 }')).toBe(true);
    expect(isSameSchema('{"a":1,"b":[1,2]}', '{"a":1,"b":[2,1]}')).toBe(false);
    expect(isSameSchema('{"scale":9}', '{"scale":8}')).toBe(false);
  });
});
