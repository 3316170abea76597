import { code, duration, pageHead, size, table } from './markdown.ts';
import type { TopicRow, TopicsFile } from './topics-file.ts';

export function renderTopicsPage({ topics, production }: TopicsFile): string {
  const letters = topics.filter((topic) => topic.schema === 'any');
  const others = topics.filter((topic) => topic.schema !== 'any');
  return [
    pageHead('Topics', 'contracts/topics.yaml'),
    'Topics are created on first start and compared with this table afterwards: a difference is reported,',
    "never mended in silence. Values are Avro in Confluent's frame, of the record named; the fields of each",
    'record are in [messages.md](messages.md). Dead letters keep key, bytes and headers of the record that',
    `could not be handled. Locally every topic has one replica; in production ${production.replication}, of which`,
    `${production.minInsyncReplicas} must be in sync. A record may be as large as the table says, its frame included.\n`,
    table(
      [
        'topic',
        'what',
        'record',
        'key',
        'partitions',
        'kept',
        'written by',
        'read by',
        'dead letters',
        'largest record',
      ],
      others.map(row),
    ),
    '## Dead-letter queues\n',
    table(
      ['topic', 'what', 'partitions', 'kept', 'largest record', 'alarm from'],
      letters.map((topic) => [
        code(topic.name),
        topic.doc,
        String(topic.partitions),
        kept(topic),
        size(topic.maxMessageBytes),
        topic.alarmDepth === null
          ? ''
          : `${topic.alarmDepth} letter${topic.alarmDepth === 1 ? '' : 's'}`,
      ]),
    ),
  ].join('\n');
}

function row(topic: TopicRow): string[] {
  return [
    code(topic.name),
    topic.doc,
    topic.schema === 'json'
      ? 'JSON'
      : `[${topic.schema}](messages.md#${topic.schema.toLowerCase()})`,
    topic.key.length === 0 ? 'none' : code(topic.key.join('|')),
    String(topic.partitions),
    kept(topic),
    topic.producers.join(', '),
    topic.consumers.join(', '),
    topic.dlq === null ? 'none: its reader stops' : code(topic.dlq),
    size(topic.maxMessageBytes),
  ];
}

function kept(topic: TopicRow): string {
  return topic.retentionMs === null ? 'the last of each key' : duration(topic.retentionMs);
}
