import { createRequire } from 'node:module';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { installZstd } from './compression.ts';
import { cureKafkajs } from './kafkajs-cures.ts';
import type { ProduceOptions, ProduceRequestMaker } from './kafkajs-produce.ts';

type Request = ReturnType<ProduceRequestMaker>['request'];
interface Encoded {
  readonly buffer: Buffer;
}

const NONE = 0;
const GZIP = 1;
const ZSTD = 4;

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }));
const bytes = fc
  .uint8Array({ maxLength: 300 })
  .map((array) => Buffer.from(array) as Buffer | string | null);
const field = fc.option(fc.oneof(bytes, text), { nil: null });
/** kafkajs itself cannot size a header without a value. */
const header = fc.oneof(bytes, text);
const headers = fc.dictionary(text, fc.oneof(header, fc.array(header, { maxLength: 3 })), {
  noNullPrototype: true,
});
/** Of equal width: kafkajs sorts times as texts. */
const timestamp = fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 });
const message = fc.record({ key: field, value: field, headers });
const messages = fc.array(message, { minLength: 1, maxLength: 5 });
const dated = fc.array(
  fc.tuple(message, timestamp).map(([rest, time]) => ({ ...rest, timestamp: String(time) })),
  { minLength: 1, maxLength: 5 },
);
const partition = fc.record({
  partition: fc.nat(),
  firstSequence: fc.nat(),
  messages: fc.oneof(messages, dated),
});
const options = fc.record({
  acks: fc.constantFrom(-1, 0, 1),
  timeout: fc.nat(),
  transactionalId: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.integer({ min: -1, max: 32_767 }),
  compression: fc.constantFrom(NONE, GZIP, ZSTD),
  topicData: fc.array(
    fc.record({ topic: fc.string(), partitions: fc.array(partition, { maxLength: 3 }) }),
    { maxLength: 3 },
  ),
}) as fc.Arbitrary<ProduceOptions>;

describe('The cure of produce requests', () => {
  let theirs: (options: ProduceOptions) => Request;
  let ours: (options: ProduceOptions) => Request;
  beforeAll(() => {
    installZstd();
    cureKafkajs();
    const require = createRequire(import.meta.url);
    theirs = require('kafkajs/src/protocol/requests/produce/v3/request') as typeof theirs;
    const produce = require('kafkajs/src/protocol/requests/produce') as {
      protocol(wanted: { version: number }): ProduceRequestMaker;
    };
    ours = (wanted) => produce.protocol({ version: 7 })(wanted).request;
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const encoded = async (request: Request): Promise<Buffer> =>
    ((await request.encode()) as unknown as Encoded).buffer;

  it('writes the bytes that kafkajs writes', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    await fc.assert(
      fc.asyncProperty(options, async (wanted) => {
        const [our, their] = [await encoded(ours(wanted)), await encoded(theirs(wanted))];
        expect(our.toString('hex')).toBe(their.toString('hex'));
      }),
      { numRuns: 300 },
    );
  });

  it('spans times of which some are given and some are now', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_500);
    const value = Buffer.from('x');
    const wanted: ProduceOptions = {
      acks: -1,
      timeout: 1,
      topicData: [
        {
          topic: 't',
          partitions: [
            { partition: 0, messages: [{ value }, { value, timestamp: 1_700_000_000_000 }] },
          ],
        },
      ],
    };
    const request = await encoded(ours(wanted));
    const batch = request.subarray(27);
    expect(batch.readBigInt64BE(27)).toBe(1_700_000_000_000n);
    expect(batch.readBigInt64BE(35)).toBe(1_700_000_000_500n);
  });

  it('writes a header without a value, which kafkajs cannot', async () => {
    const wanted: ProduceOptions = {
      acks: -1,
      timeout: 1,
      topicData: [
        {
          topic: 't',
          partitions: [{ partition: 0, messages: [{ value: null, headers: { h: null } }] }],
        },
      ],
    };
    const request = await encoded(ours(wanted));
    // No key, no value, one header: its name of one byte, no value.
    expect(request.subarray(-6).toString('hex')).toBe('010102026801');
  });
});
