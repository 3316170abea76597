import { describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { LETTER_HEADERS, deadLetter, lastValue, withoutLast } from './dead-letter.ts';
import type { TransportHeaders, TransportRecord } from './port.ts';

const record: TransportRecord = {
  topic: 'exec_reports',
  partition: 3,
  offset: 12_345_678_901_234n,
  timestampMs: 0,
  key: Buffer.from([0xff, 0x00]),
  value: Buffer.from([0x01]),
  headers: { traceparent: Buffer.from('00-1-2-01'), twice: [Buffer.from('a'), Buffer.from('b')] },
};
const failure = {
  fault: new Fault('MSG_UNREADABLE', { reason: 'a\nline\u001b[31m' }),
  attempts: 2,
  firstFailedAt: 1_760_000_000_000_000,
  lastFailedAt: 1_760_000_000_500_000,
};

/** As they come back from the broker: bytes. */
const onTheWire = (headers: object): TransportHeaders =>
  Object.fromEntries(
    Object.entries(headers as Record<string, string | Buffer | (string | Buffer)[]>).map(
      ([name, value]) => [
        name,
        Array.isArray(value) ? value.map((one) => Buffer.from(one)) : Buffer.from(value),
      ],
    ),
  );

describe('A dead letter', () => {
  it('has key, bytes and headers of the record untouched, and ours behind them', () => {
    const letter = deadLetter(record, failure, 'order-plane', 'dlq_exec_reports');
    expect(letter).toMatchObject({
      topic: 'dlq_exec_reports',
      key: record.key,
      value: record.value,
      headers: {
        ...record.headers,
        source_topic: 'exec_reports',
        source_partition: '3',
        source_offset: '12345678901234',
        error_type: 'MSG_UNREADABLE',
        attempts: '2',
        first_failed_at: '2025-10-09T08:53:20Z',
        last_failed_at: '2025-10-09T08:53:20.500Z',
        consumer_group: 'order-plane',
      },
    });
  });

  it('says its reason on one line, whatever the record put into it', () => {
    const { headers } = deadLetter(record, failure, 'g', 'q');
    expect(headers['error_message']).toContain('a line [31m');
  });

  it('that dies again keeps the headers of its first death beside those of the second', () => {
    const first = deadLetter(record, failure, 'g', 'q');
    const again = { ...record, headers: onTheWire(first.headers), offset: 99n };
    const headers = onTheWire(deadLetter(again, failure, 'g', 'q').headers);
    expect(lastValue(headers, 'source_offset')).toBe('99');
    const without = onTheWire(withoutLast(headers, LETTER_HEADERS));
    expect(without).toEqual(onTheWire(first.headers));
    expect(withoutLast(without, LETTER_HEADERS)).toEqual(record.headers);
  });
});
