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

/** Who signs in at the broker, and what the topics' own lines cannot say of it. */
export interface PrincipalRow {
  readonly name: string;
  readonly doc: string;
  readonly groups: readonly string[];
  readonly readsAll: boolean;
  readonly replays: boolean;
  readonly managesTopics: boolean;
  readonly managesRights: boolean;
}

export interface TopicsFile {
  readonly production: { readonly replication: number; readonly minInsyncReplicas: number };
  readonly topics: readonly TopicRow[];
  readonly principals: readonly PrincipalRow[];
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
  const principals = Object.entries(file['principals'] ?? {}).map(([name, own]) =>
    principal(name, own as Yaml),
  );
  const known = new Set(principals.map(({ name }) => name));
  for (const { name, producers, consumers } of all) {
    const unknown = [...producers, ...consumers].filter((one) => !known.has(one));
    if (unknown.length > 0) {
      throw new Error(`topics.yaml: ${name} names ${unknown.join(', ')}, which is no principal`);
    }
  }
  const production = file['production'] ?? {};
  return {
    production: {
      replication: production['replication'] as number,
      minInsyncReplicas: production['min_insync_replicas'] as number,
    },
    topics: all,
    principals,
  };
}

const PRINCIPAL = /^[a-z][a-z0-9-]*$/;
const PRINCIPAL_FIELDS = ['doc', 'groups', 'reads', 'replays', 'manages'];
const GROUP = /^[A-Za-z0-9._-]+\*?$/;
const MANAGED = ['topics', 'rights'];

/** Refuses what it does not know: a misspelt line would silently be a right too few or too many. */
function principal(name: string, own: Yaml): PrincipalRow {
  const refuse = (what: string): never => {
    throw new Error(`topics.yaml: principal ${name}: ${what}`);
  };
  if (!PRINCIPAL.test(name)) refuse('expected lower case letters, digits and hyphens');
  const unknown = Object.keys(own).filter((field) => !PRINCIPAL_FIELDS.includes(field));
  if (unknown.length > 0) refuse(`unknown field ${unknown.join(', ')}`);
  const {
    doc,
    groups = [],
    reads,
    replays,
    manages = [],
  } = own as {
    doc: string;
    groups?: string[];
    reads?: string;
    replays?: string;
    manages?: string[];
  };
  for (const value of [reads, replays]) {
    if (value !== undefined && value !== 'all') refuse(`expected all, found ${value}`);
  }
  const bad = groups.filter((group) => !GROUP.test(group));
  if (bad.length > 0) refuse(`no name of a group: ${bad.join(', ')}`);
  const foreign = manages.filter((one) => !MANAGED.includes(one));
  if (foreign.length > 0) refuse(`cannot manage ${foreign.join(', ')}`);
  return {
    name,
    doc,
    groups,
    readsAll: reads === 'all',
    replays: replays === 'all',
    managesTopics: manages.includes('topics'),
    managesRights: manages.includes('rights'),
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
