/**
 * Rights on the broker: what contracts/topics.yaml says who may do, compared with the access control lists of the
 * broker, and brought into force there. Nobody needs a right for what is not listed, so what the broker grants beyond
 * the file is a difference as well.
 */
import {
  type AclOperation,
  type AclRule,
  type PrincipalName,
  declaredAcls,
} from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import kafkajs, {
  type AclEntry,
  type AclOperationTypes,
  type AclResource,
  type Admin,
  type Kafka,
} from 'kafkajs';
import { typeOf } from './broker-faults.ts';
import { type MissingRight, missingRights } from './own-rights.ts';
import { type TopicNames, declaredTopics } from './topic-names.ts';
import { withAdmin } from './topics.ts';

/** A right as the broker holds it. */
export interface BrokerAcl {
  /** As `User:order-plane`. */
  readonly principal: string;
  readonly host: string;
  readonly resource: 'topic' | 'group' | 'cluster' | 'other';
  /** On the broker; `*` in a literal pattern is every name. */
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operation: AclOperation | 'all' | 'other';
  readonly permission: 'allow' | 'deny';
}

export interface AclComparison {
  /** Declared, and not on the broker. */
  readonly missing: readonly BrokerAcl[];
  /** On the broker for a principal, a topic or a group of this mesh, and not declared. */
  readonly excess: readonly BrokerAcl[];
}

export interface Acls {
  /** undefined: the broker has no authorizer, and everybody may do everything. */
  compare(): Promise<AclComparison | undefined>;
  /** Grants what is missing, then takes away what is too much; only grants where `keepExcess` says so. */
  apply(comparison: AclComparison, options?: { readonly keepExcess?: boolean }): Promise<void>;
  /**
   * What the principal needs and whoever this client signs in as may not do; none where the broker has no authorizer.
   * Asked of the broker's own decisions, so that it needs no right, and no mapping of names.
   */
  missing(principal: PrincipalName): Promise<readonly MissingRight[]>;
  /** @throws Fault BROKER_RIGHTS naming every right of the principal that is missing */
  require(principal: PrincipalName): Promise<void>;
}

export interface AclsDeps {
  readonly client: Kafka;
  readonly names: TopicNames;
  /** Put before the name of every group. */
  readonly groupPrefix: string;
  /** What the broker calls a principal of ours: `{principal}` stands for its name. */
  readonly principalPattern: string | undefined;
}

const {
  AclOperationTypes: Operation,
  AclPermissionTypes: Permission,
  AclResourceTypes: Resource,
  ResourcePatternTypes: Pattern,
} = kafkajs;

const PRINCIPAL_PATTERN = 'User:{principal}';
const EVERY_HOST = '*';
const EVERY_NAME = '*';
const CLUSTER_NAME = 'kafka-cluster';

const OPERATIONS: Readonly<Record<AclOperation | 'all', AclOperationTypes>> = {
  all: Operation.ALL,
  read: Operation.READ,
  write: Operation.WRITE,
  create: Operation.CREATE,
  delete: Operation.DELETE,
  alter: Operation.ALTER,
  describe: Operation.DESCRIBE,
  cluster_action: Operation.CLUSTER_ACTION,
  describe_configs: Operation.DESCRIBE_CONFIGS,
  alter_configs: Operation.ALTER_CONFIGS,
  idempotent_write: Operation.IDEMPOTENT_WRITE,
};
const RESOURCES = {
  topic: Resource.TOPIC,
  group: Resource.GROUP,
  cluster: Resource.CLUSTER,
} as const;

export function acls(deps: AclsDeps): Acls {
  const missing: Acls['missing'] = (principal) => missingRights(deps, principal);
  return {
    compare: () => withAdmin(deps.client, (admin) => compare(deps, admin)),
    apply: (comparison, { keepExcess = false } = {}) =>
      withAdmin(deps.client, (admin) => apply(admin, comparison, keepExcess)),
    missing,
    require: async (principal) => {
      const found = await missing(principal);
      if (found.length === 0) return;
      throw new Fault('BROKER_RIGHTS', {
        principal,
        missing: found.map(({ operation, resource, name }) =>
          `${operation} on ${resource} ${name}`.trimEnd(),
        ),
        cure: 'sign in as this principal, or run `mesh topics acls --apply` as one that manages rights',
      });
    },
  };
}

async function compare(deps: AclsDeps, admin: Admin): Promise<AclComparison | undefined> {
  const found = await aclsOnBroker(admin);
  if (found === undefined) return undefined;
  const declared = declaredAcls().map((rule) => onBroker(deps, rule));
  const isDeclared = keySet(declared);
  const isThere = keySet(found);
  return {
    missing: declared.filter((acl) => !isThere.has(keyOf(acl))),
    excess: found.filter((acl) => !isDeclared.has(keyOf(acl)) && concerns(deps, declared, acl)),
  };
}

async function apply(
  admin: Admin,
  { missing, excess }: AclComparison,
  keepExcess: boolean,
): Promise<void> {
  if (missing.length > 0) await admin.createAcls({ acl: missing.map(entryOf) });
  if (keepExcess || excess.length === 0) return;
  const { filterResponses } = await admin.deleteAcls({
    filters: excess.map((acl) => {
      const { permissionType, resourcePatternType, ...rest } = entryOf(acl);
      return { ...rest, permissionType, resourcePatternType };
    }),
  });
  const refused = filterResponses.find(({ errorCode }) => errorCode !== 0);
  if (refused !== undefined) {
    throw new Fault('BROKER_REFUSED', { reason: refused.errorMessage ?? refused.errorCode });
  }
}

/** A declared right as this broker says it. */
function onBroker(deps: AclsDeps, rule: AclRule): BrokerAcl {
  const { principal, resource, operation } = rule;
  return {
    principal: principalOnBroker(deps, principal),
    host: EVERY_HOST,
    resource,
    ...patternOnBroker(deps, rule),
    operation,
    permission: 'allow',
  };
}

export function principalOnBroker(
  { principalPattern }: AclsDeps,
  principal: PrincipalName,
): string {
  return (principalPattern ?? PRINCIPAL_PATTERN).replaceAll('{principal}', principal);
}

function patternOnBroker(
  { names, groupPrefix }: AclsDeps,
  { resource, name, pattern }: AclRule,
): Pick<BrokerAcl, 'name' | 'pattern'> {
  if (resource === 'cluster') return { name: CLUSTER_NAME, pattern: 'literal' };
  if (resource === 'topic') return { name: topicOnBroker(names, name), pattern };
  const group = `${groupPrefix}${name}`;
  return group === '' ? { name: EVERY_NAME, pattern: 'literal' } : { name: group, pattern };
}

function topicOnBroker(names: TopicNames, declared: string): string {
  const topic = declaredTopics().find((one) => one === declared);
  return topic === undefined ? declared : names.onBroker(topic);
}

/** Whether a right on the broker is this mesh's business: given to one of ours, or on something of ours. */
function concerns(deps: AclsDeps, declared: readonly BrokerAcl[], acl: BrokerAcl): boolean {
  if (declared.some(({ principal }) => principal === acl.principal)) return true;
  return declared.some(
    (own) =>
      own.resource !== 'cluster' &&
      own.resource === acl.resource &&
      // The right to see every group makes no group of others ours.
      own.name !== EVERY_NAME &&
      own.name !== deps.groupPrefix &&
      overlap(own, acl),
  );
}

type Named = Pick<BrokerAcl, 'name' | 'pattern'>;

function overlap(one: Named, other: Named): boolean {
  if (other.pattern === 'literal' && other.name === EVERY_NAME) return true;
  if (one.pattern === 'literal' && other.pattern === 'literal') return one.name === other.name;
  if (one.pattern === 'literal') return one.name.startsWith(other.name);
  if (other.pattern === 'literal') return other.name.startsWith(one.name);
  return one.name.startsWith(other.name) || other.name.startsWith(one.name);
}

async function aclsOnBroker(admin: Admin): Promise<readonly BrokerAcl[] | undefined> {
  try {
    const { resources } = await admin.describeAcls({
      resourceType: Resource.ANY,
      resourcePatternType: Pattern.ANY,
      operation: Operation.ANY,
      permissionType: Permission.ANY,
    });
    return resources.flatMap(({ acls: held, ...resource }) =>
      held.map((acl) => read({ ...resource, ...acl })),
    );
  } catch (error) {
    if (typeOf(error) === 'SECURITY_DISABLED') return undefined;
    throw error;
  }
}

function read(entry: AclEntry & AclResource): BrokerAcl {
  const { resourceType, resourceName, resourcePatternType, operation, permissionType } = entry;
  return {
    principal: entry.principal,
    host: entry.host,
    resource: nameOf(RESOURCES, resourceType),
    name: resourceName,
    pattern: resourcePatternType === Pattern.PREFIXED ? 'prefixed' : 'literal',
    operation: nameOf(OPERATIONS, operation),
    permission: permissionType === Permission.DENY ? 'deny' : 'allow',
  };
}

function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  code: number,
): Name | 'other' {
  const found = (Object.entries(table) as [Name, number][]).find(([, one]) => one === code);
  return found?.[0] ?? 'other';
}

/** @throws Fault ARGUMENT_INVALID for what this mesh has no word for: such a right is left to whoever made it */
function entryOf(acl: BrokerAcl): AclEntry {
  const { principal, host, resource, name, pattern, operation, permission } = acl;
  if (resource === 'other' || operation === 'other') {
    throw new Fault('ARGUMENT_INVALID', { ...acl, reason: "not a right of the mesh's kinds" });
  }
  return {
    principal,
    host,
    resourceType: RESOURCES[resource],
    resourceName: name,
    resourcePatternType: pattern === 'prefixed' ? Pattern.PREFIXED : Pattern.LITERAL,
    operation: OPERATIONS[operation],
    permissionType: permission === 'deny' ? Permission.DENY : Permission.ALLOW,
  };
}

function keyOf(acl: BrokerAcl): string {
  const { principal, host, resource, name, pattern, operation, permission } = acl;
  return JSON.stringify([principal, host, resource, name, pattern, operation, permission]);
}

function keySet(all: readonly BrokerAcl[]): ReadonlySet<string> {
  return new Set(all.map(keyOf));
}
