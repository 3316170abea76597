import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readContracts } from './avro-shapes.ts';
import { generate } from './generate.ts';
import { readTopics } from './topics-file.ts';

const root = resolve(import.meta.dirname, '../../..');

describe('generated files', () => {
  const files = generate(root);

  it.each([...files.keys()])('%s is what the contracts say now: npm run generate', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path), 'utf8')).toBe(files.get(path));
  });

  it('are the same bytes when they are made twice', () => {
    expect(generate(root)).toEqual(files);
  });
});

describe('reading record files', () => {
  const record = (fields: unknown): ReadonlyMap<string, string> =>
    new Map([
      ['Thing.avsc', JSON.stringify({ type: 'record', name: 'Thing', doc: 'A thing.', fields })],
    ]);

  it.each([
    ['a union of two types', ['string', 'long'], 'the only union in use'],
    ['a map', { type: 'map', values: 'string' }, 'is not among the types in use'],
    [
      'a decimal without its scale',
      { type: 'bytes', logicalType: 'decimal', precision: 9 },
      'scale',
    ],
    ['a long of milliseconds', { type: 'long', logicalType: 'timestamp-millis' }, 'neither'],
    ['a record inside itself', 'Thing', 'before it is defined'],
    [
      'an enum without a symbol for readers of older schemas',
      { type: 'enum', name: 'Side', doc: 'Side.', symbols: ['BUY', 'SELL'] },
      'its first symbol',
    ],
  ])('refuses %s', (_, type, message) => {
    expect(() => readContracts(record([{ name: 'field', doc: 'A field.', type }]))).toThrow(
      message,
    );
  });

  it('refuses a field that may be null but is not null by default', () => {
    const field = { name: 'field', doc: 'A field.', type: ['null', 'string'] };
    expect(() => readContracts(record([field]))).toThrow('null by default');
  });

  it('refuses two records of one name that differ', () => {
    const inner = (doc: string): unknown => ({
      type: 'record',
      name: 'Inner',
      doc,
      fields: [{ name: 'x', doc: 'X.', type: 'long' }],
    });
    const outer = (name: string, doc: string): [string, string] => [
      `${name}.avsc`,
      JSON.stringify({
        type: 'record',
        name,
        doc: 'Outer.',
        fields: [{ name: 'inner', doc: 'Inner.', type: inner(doc) }],
      }),
    ];
    expect(() => readContracts(new Map([outer('A', 'One.'), outer('B', 'Two.')]))).toThrow(
      'differs',
    );
  });
});

describe('reading topics', () => {
  const file = (topic: string): string => `
defaults: { partitions: 6, replication: 1, cleanup: delete, max_message_bytes: 1000 }
production: { replication: 3, min_insync_replicas: 2 }
topics:
  things: ${topic}
`;

  it.each([
    ['90m', 5_400_000],
    ['8h', 28_800_000],
    ['7d', 604_800_000],
  ])('reads a retention of %s', (retention, retentionMs) => {
    const { topics } = readTopics(file(`{ doc: Things., schema: json, retention: ${retention} }`));
    expect(topics[0]).toMatchObject({ retentionMs, partitions: 6 });
  });

  it('refuses a retention in units that nobody declared', () => {
    const text = file('{ doc: Things., schema: json, retention: 1w }');
    expect(() => readTopics(text)).toThrow('retention 1w');
  });

  it('refuses a stream that is kept for ever by oversight', () => {
    expect(() => readTopics(file('{ doc: Things., schema: json }'))).toThrow('needs a retention');
  });

  it('refuses a dead-letter queue that is not declared', () => {
    const text = file('{ doc: Things., schema: json, retention: 1d, dlq: dlq_things }');
    expect(() => readTopics(text)).toThrow('dlq_things');
  });
});
