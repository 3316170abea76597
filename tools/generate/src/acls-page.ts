import { type AclRule, aclsOf } from '@tickmesh/contracts';
import { code, pageHead, table } from './markdown.ts';
import type { PrincipalRow, TopicsFile } from './topics-file.ts';

/** Who may do what at the broker, for people: as the broker is told, principal by principal. */
export function renderAclsPage({ principals }: TopicsFile): string {
  return [
    pageHead('Rights at the broker', 'contracts/topics.yaml'),
    'Each principal may write what it produces, read what it consumes, join its groups, bury what it cannot apply in',
    'the dead-letter queues of what it reads, and nothing else. `mesh topics acls` prints where the broker differs from',
    'this page, and `--apply` mends it; every service checks its own rights when it starts and stops when one is',
    "missing. Kafka's READ, WRITE and ALTER imply DESCRIBE. Names are those of a mesh without a prefix.\n",
    table(
      ['principal', 'what', 'rights'],
      principals.map(({ name, doc }) => [`[${name}](#${name})`, doc, String(rulesOf(name).length)]),
    ),
    ...principals.map(section),
  ].join('\n');
}

function section({ name, doc }: PrincipalRow): string {
  const rows = [...byResource(rulesOf(name)).values()].map((rules) => [
    ...resourceCells(rules[0]),
    rules.map(({ operation }) => operation.toUpperCase()).join(', '),
  ]);
  return [`## ${name}\n`, `${doc}\n`, table(['on', 'named', 'may'], rows)].join('\n');
}

function rulesOf(principal: string): readonly AclRule[] {
  return aclsOf(principal as AclRule['principal']);
}

/** The rules of one resource together, in the order of their first. */
export function byResource(rules: readonly AclRule[]): ReadonlyMap<string, readonly AclRule[]> {
  const found = new Map<string, AclRule[]>();
  for (const rule of rules) {
    const key = `${rule.resource} ${rule.pattern} ${rule.name}`;
    found.set(key, [...(found.get(key) ?? []), rule]);
  }
  return found;
}

function resourceCells(rule: AclRule | undefined): [string, string] {
  if (rule === undefined) return ['', ''];
  const { resource, name, pattern } = rule;
  if (resource === 'cluster') return ['the cluster', ''];
  return [resource, pattern === 'prefixed' ? code(`${name}*`) : code(name)];
}
