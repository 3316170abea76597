import type { Contracts } from './avro-shapes.ts';
import { BANNER } from './names.ts';
import type { PrincipalRow, TopicRow, TopicsFile } from './topics-file.ts';

/** The topic map: declarations, the type of each topic's values, and its partition key. */
export function renderTopics(file: TopicsFile, contracts: Contracts): string {
  const { topics, production, principals } = file;
  for (const topic of topics) checkTopic(topic, contracts);
  const schemas = [...new Set(topics.map((topic) => topic.schema))].filter(isRecord).sort();
  return `${BANNER('contracts/topics.yaml')}import type { KeyOf, PrincipalDeclaration, TopicDeclaration } from '../topics.ts';
import type {
${schemas.map((name) => `  ${name},`).join('\n')}
} from './types.ts';

export type TopicName =
${topics.map((topic) => `  | '${topic.name}'`).join('\n')};

/** The value of each topic's records. Dead letters are bytes that nobody has read. */
export interface TopicPayload {
${topics.map((topic) => `  '${topic.name}': ${payload(topic)};`).join('\n')}
}

/** How production overlays differ. */
export const PRODUCTION_REPLICATION = ${production.replication};
export const PRODUCTION_MIN_INSYNC_REPLICAS = ${production.minInsyncReplicas};

export const TOPICS: { readonly [Name in TopicName]: TopicDeclaration & { readonly name: Name } } = {
${topics.map(declaration).join('\n')}
};

export type PrincipalName =
${principals.map(({ name }) => `  | '${name}'`).join('\n')};

/** Who signs in at the broker. */
export const PRINCIPALS: {
  readonly [Name in PrincipalName]: PrincipalDeclaration & { readonly name: Name };
} = {
${principals.map(declaration).join('\n')}
};

/** The parts of each topic's partition key. */
export const KEY_OF: { readonly [Name in TopicName]: KeyOf<TopicPayload[Name]> } = {
${topics.map((topic) => `  '${topic.name}': ${keyFunction(topic, contracts)},`).join('\n')}
};
`;
}

function isRecord(schema: string): boolean {
  return schema !== 'json' && schema !== 'any';
}

function checkTopic(topic: TopicRow, contracts: Contracts): void {
  if (!isRecord(topic.schema)) return;
  const record = contracts.records.get(topic.schema);
  if (record === undefined || !contracts.roots.has(topic.schema)) {
    throw new Error(`topics.yaml: ${topic.name} names ${topic.schema}, which is no record file`);
  }
  for (const key of topic.key) {
    const field = record.fields.find((candidate) => candidate.name === key);
    if (field === undefined || field.shape.kind === 'nullable') {
      throw new Error(`topics.yaml: ${topic.name} has no required field ${key} for its key`);
    }
  }
}

function payload(topic: TopicRow): string {
  if (topic.schema === 'json') return 'unknown';
  return topic.schema === 'any' ? 'Uint8Array' : topic.schema;
}

function declaration({ name, ...rest }: TopicRow | PrincipalRow): string {
  const rows = Object.entries({ name, ...rest }).map(
    ([key, value]) => `    ${key}: ${JSON.stringify(value)},`,
  );
  return `  '${name}': {\n${rows.join('\n')}\n  },`;
}

function keyFunction(topic: TopicRow, contracts: Contracts): string {
  if (topic.key.length === 0) return "() => ''";
  const [only, ...more] = topic.key;
  if (more.length === 0 && isText(topic, only ?? '', contracts)) return `(value) => value.${only}`;
  return `(value) => \`${topic.key.map((field) => `\${value.${field}}`).join('|')}\``;
}

function isText(topic: TopicRow, key: string, contracts: Contracts): boolean {
  const field = contracts.records.get(topic.schema)?.fields.find(({ name }) => name === key);
  return field?.shape.kind === 'string';
}
