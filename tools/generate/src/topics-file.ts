import { parse } from 'yaml';

/** A topic as contracts/topics.yaml declares it, defaults filled in. */
export interface TopicRow {
  readonly name: string;
  readonly doc: string;
  readonly schema: string;
  readonly key: readonly string[];
  readonly partitions: number;
  readonly replication: number;
  readonly retentionMs: number | null;
  readonly cleanup: 'delete' | 'compact';
  readonly maxMessageBytes: number;
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
  readonly dlq: string | null;
  readonly alarmDepth: number | null;
}

export interface TopicsFile {
  readonly production: { readonly replication: number; readonly minInsyncReplicas: number };
  readonly topics: readonly TopicRow[];
}

type Yaml = Record<string, unknown>;

export function readTopics(text: string): TopicsFile {
  const file = parse(text) as Record<string, Yaml>;
  const topics = Object.entries(file['topics'] ?? {}).map(([name, own]) =>
    row(name, { ...file['defaults'], ...(own as Yaml) }),
  );
  const letters = Object.entries(file['dead_letters'] ?? {}).map(([name, own]) => {
    const sources = topics.filter((topic) => topic.dlq === name).map((topic) => topic.name);
    if (sources.length === 0) throw new Error(`topics.yaml: no topic sends its letters to ${name}`);
    const doc = `Dead letters of ${sources.join(', ')}.`;
    return row(name, {
      ...file['defaults'],
      ...file['dead_letter_defaults'],
      ...(own as Yaml),
      doc,
    });
  });
  const all = [...topics, ...letters];
  for (const topic of all) {
    if (topic.dlq !== null && !all.some((other) => other.name === topic.dlq)) {
      throw new Error(`topics.yaml: ${topic.name} names ${topic.dlq}, which is not declared`);
    }
  }
  const production = file['production'] ?? {};
  return {
    production: {
      replication: production['replication'] as number,
      minInsyncReplicas: production['min_insync_replicas'] as number,
    },
    topics: all,
  };
}

function row(name: string, own: Yaml): TopicRow {
  const cleanup = own['cleanup'] as 'delete' | 'compact';
  const retention = own['retention'] as string | undefined;
  if ((cleanup === 'delete') !== (retention !== undefined)) {
    throw new Error(`topics.yaml: ${name} needs a retention if and only if it is not compacted`);
  }
  return {
    name,
    doc: own['doc'] as string,
    schema: own['schema'] as string,
    key: (own['key'] as string[] | undefined) ?? [],
    partitions: own['partitions'] as number,
    replication: own['replication'] as number,
    retentionMs: retention === undefined ? null : milliseconds(retention, name),
    cleanup,
    maxMessageBytes: own['max_message_bytes'] as number,
    producers: (own['producers'] as string[] | undefined) ?? [],
    consumers: (own['consumers'] as string[] | undefined) ?? [],
    dlq: (own['dlq'] as string | undefined) ?? null,
    alarmDepth: (own['alarm_depth'] as number | undefined) ?? null,
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function milliseconds(text: string, topic: string): number {
  const match = /^(\d+)([mhd])$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new Error(`topics.yaml: ${topic} has the retention ${text}; expected 15m, 8h or 30d`);
  }
  return Number(match[1]) * unit;
}
