/**
 * What each principal may do at the broker, derived from contracts/topics.yaml: the one list that is compared with
 * the broker, written to it, and checked by every service at its start. Names are the declared ones; libs/bus knows
 * what they are called on a broker.
 *
 * Operations are Kafka's. READ, WRITE and ALTER imply DESCRIBE there, so that it stands alone only where nothing else
 * gives it.
 */
import { PRINCIPALS, TOPICS, type PrincipalName, type TopicName } from './gen/topics.ts';
import type { PrincipalDeclaration, TopicDeclaration } from './topics.ts';

export const ACL_OPERATIONS = [
  'read',
  'write',
  'create',
  'delete',
  'alter',
  'describe',
  'cluster_action',
  'describe_configs',
  'alter_configs',
  'idempotent_write',
] as const;

export type AclOperation = (typeof ACL_OPERATIONS)[number];

export interface AclResource {
  readonly resource: 'topic' | 'group' | 'cluster';
  /** Declared name of a topic; of a group without the mesh's prefix; empty for the cluster. */
  readonly name: string;
  /** `prefixed`: every name that begins so; an empty one begins every name of the mesh. */
  readonly pattern: 'literal' | 'prefixed';
}

/** One right: the principal may do the operation on what is named. There are no denials; what is not listed is not allowed. */
export interface AclRule extends AclResource {
  readonly principal: PrincipalName;
  readonly operation: AclOperation;
}

const CLUSTER: AclResource = { resource: 'cluster', name: '', pattern: 'literal' };

/** Every right of every principal, in the order of the file. */
export function declaredAcls(): readonly AclRule[] {
  return (Object.keys(PRINCIPALS) as PrincipalName[]).flatMap((principal) => aclsOf(principal));
}

/** The rights of one principal, each once. */
export function aclsOf(principal: PrincipalName): readonly AclRule[] {
  const rules = aclsFrom(PRINCIPALS[principal], Object.values(TOPICS));
  return rules.map((rule) => ({ principal, ...rule }));
}

type Right = Omit<AclRule, 'principal'>;

/** The derivation itself, from any declarations. */
export function aclsFrom(
  principal: PrincipalDeclaration,
  topics: readonly TopicDeclaration[],
): readonly Right[] {
  const rights: Right[] = [];
  for (const topic of topics) rights.push(...rightsOnTopic(principal, topic, topics));
  for (const group of principal.groups) rights.push(onGroup(group, 'read'));
  if (principal.readsAll) rights.push(onGroup('*', 'describe'));
  if (rights.some(({ operation }) => operation === 'write')) {
    rights.push({ ...CLUSTER, operation: 'idempotent_write' });
  }
  // Kafka has no right on rights alone: these are what seeing and changing them asks for.
  if (principal.managesRights) rights.push({ ...CLUSTER, operation: 'alter' });
  else if (principal.readsAll) rights.push({ ...CLUSTER, operation: 'describe' });
  return rights;
}

function rightsOnTopic(
  principal: PrincipalDeclaration,
  topic: TopicDeclaration,
  topics: readonly TopicDeclaration[],
): Right[] {
  const operations: AclOperation[] = [];
  const isRead = ({ consumers }: TopicDeclaration): boolean =>
    consumers.some((name) => name === principal.name);
  const isQueue = topic.schema === 'any';
  // Whoever reads a topic buries what it cannot apply.
  const buries = topics.some((source) => source.dlq === topic.name && isRead(source));
  const sendsBack = principal.replays && (isQueue || topic.dlq !== null);
  if (isRead(topic) || principal.readsAll) operations.push('read');
  if (topic.producers.some((name) => name === principal.name) || buries || sendsBack) {
    operations.push('write');
  }
  if (principal.managesTopics) operations.push('create');
  if (principal.managesTopics && operations.length === 1) operations.push('describe');
  // A topic that differs from its declaration is reported by everyone who uses it.
  if (operations.length > 0) operations.push('describe_configs');
  return operations.map((operation) => ({
    resource: 'topic',
    name: topic.name,
    pattern: 'literal',
    operation,
  }));
}

function onGroup(group: string, operation: AclOperation): Right {
  return group.endsWith('*')
    ? { resource: 'group', name: group.slice(0, -1), pattern: 'prefixed', operation }
    : { resource: 'group', name: group, pattern: 'literal', operation };
}

/** Operations that Kafka's authorizer allows with each other one. */
const IMPLIED_BY: Readonly<Partial<Record<AclOperation, readonly AclOperation[]>>> = {
  describe: ['read', 'write', 'delete', 'alter'],
  describe_configs: ['alter_configs'],
};

/** Whether the rules allow the operation; what is asked is a literal name. */
export function aclsAllow(
  rules: readonly Pick<AclRule, 'resource' | 'name' | 'pattern' | 'operation'>[],
  asked: Pick<AclRule, 'resource' | 'name' | 'operation'>,
): boolean {
  const sufficient = [asked.operation, ...(IMPLIED_BY[asked.operation] ?? [])];
  return rules.some(
    ({ resource, name, pattern, operation }) =>
      resource === asked.resource &&
      sufficient.includes(operation) &&
      (pattern === 'prefixed' ? asked.name.startsWith(name) : asked.name === name),
  );
}

/** Topics that a principal touches: what it checks at its start. */
export function topicsOf(principal: PrincipalName): readonly TopicName[] {
  const named = new Set(
    aclsOf(principal)
      .filter(({ resource }) => resource === 'topic')
      .map(({ name }) => name),
  );
  return (Object.keys(TOPICS) as TopicName[]).filter((topic) => named.has(topic));
}
