import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { partitionOfKey } from './partitioner.ts';

describe('The partition of a key', () => {
  it('is the one that the Java-compatible partitioner of kafkajs chooses, for any bytes', () => {
    const partitionMetadata = [0, 1, 2, 3, 4, 5, 6].map((partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    const reference = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const key = Buffer.from(bytes);
        const message = { key, value: null };
        expect(partitionOfKey(key, 7)).toBe(reference({ topic: 't', partitionMetadata, message }));
      }),
    );
  });
});
