/** Schemas of the declared topics: registered at deploy time, looked up at run time. */
import { type TopicName, codecOf } from '@tickmesh/contracts';
import { Fault, isFault } from '@tickmesh/kernel';
import type { BusLog } from './observe.ts';
import { type SchemaRegistry, isSameSchema } from './schema-registry.ts';
import { type TopicNames, declarationOf, declaredTopics } from './topic-names.ts';

const COMPATIBILITY = 'FULL_TRANSITIVE';

export interface SchemaReport {
  readonly topic: TopicName;
  readonly subject: string;
  readonly id: number;
  /** False when the same schema was there already. */
  readonly isNew: boolean;
}

export interface TopicSchemas {
  /**
   * Registers the schema of every declared topic (of `only`) that has one, each under FULL_TRANSITIVE
   * compatibility; what is there already is not registered again.
   * @throws Fault REGISTRY_REFUSED when a schema breaks compatibility, REGISTRY_UNREACHABLE
   */
  register(only?: readonly TopicName[]): Promise<readonly SchemaReport[]>;
  /**
   * Id of a topic's schema, remembered; undefined for topics without one.
   * @throws Fault REGISTRY_UNREACHABLE, also when nobody registered it yet: it may come
   */
  idOf(topic: TopicName): Promise<number | undefined>;
  /** The id if it is known already. */
  knownIdOf(topic: TopicName): number | undefined;
}

export function topicSchemas(
  registry: SchemaRegistry,
  names: TopicNames,
  log: BusLog,
): TopicSchemas {
  const ids = new Map<TopicName, number>();
  const lookUp = async (topic: TopicName, schema: string): Promise<number | undefined> => {
    for await (const version of registry.versions(subjectOf(names, topic))) {
      if (isSameSchema(version.schema, schema)) return version.id;
    }
    return undefined;
  };
  return {
    register: async (only = declaredTopics()) => {
      const reports: SchemaReport[] = [];
      for (const topic of only) {
        const schema = schemaOf(topic);
        if (schema === undefined) continue;
        const known = await lookUp(topic, schema);
        const subject = subjectOf(names, topic);
        const id = await ensure(registry, subject, schema, known);
        ids.set(topic, id);
        if (known === undefined) log('info', 'schema.registered', { subject, schema_id: id });
        reports.push({ topic, subject, id, isNew: known === undefined });
      }
      return reports;
    },
    idOf: async (topic) => {
      const schema = schemaOf(topic);
      if (schema === undefined) return undefined;
      const known = ids.get(topic) ?? (await lookUp(topic, schema));
      if (known === undefined) {
        const subject = subjectOf(names, topic);
        throw new Fault('REGISTRY_UNREACHABLE', {
          subject,
          reason: 'the schema is not registered',
        });
      }
      ids.set(topic, known);
      return known;
    },
    knownIdOf: (topic) => ids.get(topic),
  };
}

/** The level is set before a second version can come, and checked whenever nothing is new. */
async function ensure(
  registry: SchemaRegistry,
  subject: string,
  schema: string,
  known: number | undefined,
): Promise<number> {
  const isThere = await registry.setCompatibility(subject, COMPATIBILITY).catch(refusedAsAbsent);
  const id = known ?? (await registry.register(subject, schema));
  if (!isThere) await registry.setCompatibility(subject, COMPATIBILITY);
  return id;
}

/** Some registries refuse a level for a subject that does not exist yet, others answer 404. */
function refusedAsAbsent(error: unknown): false {
  if (isFault(error) && error.code === 'REGISTRY_REFUSED') return false;
  throw error;
}

const subjectOf = (names: TopicNames, topic: TopicName): string => `${names.onBroker(topic)}-value`;

/** undefined for plain JSON and for dead letters. */
function schemaOf(topic: TopicName): string | undefined {
  const { schema } = declarationOf(topic);
  return schema === 'json' || schema === 'any' ? undefined : codecOf(schema).schema;
}
