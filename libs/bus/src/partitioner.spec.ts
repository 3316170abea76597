import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOfKey } from './partitioner.ts';

describe('The partition of a key', () => {
  // org.apache.kafka.common.utils.UtilsTest.testMurmur2
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('cuts the sign of the hash off before the division', () => {
    expect(partitionOfKey(Buffer.from('21'), 6)).toBe((-973932308 & 0x7fffffff) % 6);
  });
});
