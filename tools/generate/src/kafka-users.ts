import { type AclOperation, type AclRule, aclsOf } from '@tickmesh/contracts';
import { stringify } from 'yaml';
import { byResource } from './acls-page.ts';
import type { TopicsFile } from './topics-file.ts';

/** A KafkaUser of Strimzi for each principal: its operator makes the password and keeps the rights as they are here. */
export function renderKafkaUsers({ principals }: TopicsFile): string {
  const users = principals.map(({ name, doc }) => {
    const rules = [...byResource(aclsOf(name as AclRule['principal'])).values()];
    const user = {
      apiVersion: 'kafka.strimzi.io/v1beta2',
      kind: 'KafkaUser',
      metadata: { name, labels: { 'strimzi.io/cluster': 'tickmesh' } },
      spec: {
        authentication: { type: 'scram-sha-512' },
        authorization: { type: 'simple', acls: rules.map(acl) },
      },
    };
    return `# ${doc}\n${stringify(user, { lineWidth: 0, singleQuote: true })}`;
  });
  return `# Generated from contracts/topics.yaml by \`npm run generate\`; do not edit.\n${users.join('---\n')}`;
}

function acl(rules: readonly AclRule[]): object {
  return {
    resource: strimziResource(rules[0]),
    operations: rules.map(({ operation }) => strimziOperation(operation)),
  };
}

function strimziResource(rule: AclRule | undefined): object {
  if (rule === undefined || rule.resource === 'cluster') return { type: 'cluster' };
  const { resource, name, pattern } = rule;
  if (name === '') return { type: resource, name: '*', patternType: 'literal' };
  return { type: resource, name, patternType: pattern === 'prefixed' ? 'prefix' : 'literal' };
}

/** describe_configs is DescribeConfigs there. */
function strimziOperation(operation: AclOperation): string {
  return operation.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
