import { describe, expect, it } from '@jest/globals';
import { aclsAllow, aclsFrom, aclsOf, declaredAcls, topicsOf } from './acls.ts';
import { PRINCIPALS, TOPICS, type PrincipalName } from './gen/topics.ts';
import type { PrincipalDeclaration } from './topics.ts';

const nobody: PrincipalDeclaration = {
  name: 'nobody',
  doc: '',
  groups: [],
  readsAll: false,
  replays: false,
  managesTopics: false,
  managesRights: false,
};
const topics = Object.values(TOPICS);

/** As `topic exec_reports write`; a prefixed name ends in a star. */
function told(principal: PrincipalName): string[] {
  return aclsOf(principal).map(
    ({ resource, name, pattern, operation }) =>
      `${resource} ${name}${pattern === 'prefixed' ? '*' : ''} ${operation}`,
  );
}

describe('rights at the broker', () => {
  it('let a service write what it produces, read what it consumes, and bury what it cannot apply', () => {
    expect(told('order-plane')).toEqual([
      'topic market_events read',
      'topic market_events describe_configs',
      'topic order_intents read',
      'topic order_intents write',
      'topic order_intents describe_configs',
      'topic exec_reports write',
      'topic exec_reports describe_configs',
      'topic instruments read',
      'topic instruments describe_configs',
      'topic dlq_market_events write',
      'topic dlq_market_events describe_configs',
      'topic dlq_order_intents write',
      'topic dlq_order_intents describe_configs',
      'group order-plane read',
      'cluster  idempotent_write',
    ]);
  });

  it('keep the strategy plane from writing reports', () => {
    const rules = aclsOf('strategy-plane');
    const asked = { resource: 'topic', name: 'exec_reports' } as const;
    expect(aclsAllow(rules, { ...asked, operation: 'read' })).toBe(true);
    expect(aclsAllow(rules, { ...asked, operation: 'write' })).toBe(false);
  });

  it('give a group by its prefix, and no other group', () => {
    const rules = aclsOf('strategy-plane');
    const mayJoin = (name: string): boolean =>
      aclsAllow(rules, { resource: 'group', name, operation: 'read' });
    expect([mayJoin('strategy-OFI'), mayJoin('strateg'), mayJoin('order-plane')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('let nobody alter or delete a topic, and setup alone make one', () => {
    const onTopics = declaredAcls().filter(({ resource }) => resource === 'topic');
    const strong = onTopics.filter(({ operation }) =>
      ['alter', 'alter_configs', 'delete', 'cluster_action'].includes(operation),
    );
    expect(strong).toEqual([]);
    const makers = onTopics.filter(({ operation }) => operation === 'create');
    expect(new Set(makers.map(({ principal }) => principal))).toEqual(new Set(['setup']));
    expect(makers).toHaveLength(topics.length);
  });

  it('let people send letters back to where they came from, and touch no state of a service', () => {
    const rules = aclsOf('people');
    const writes = (name: string): boolean =>
      aclsAllow(rules, { resource: 'topic', name, operation: 'write' });
    for (const { name, dlq } of topics)
      if (dlq !== null) expect([name, writes(name)]).toEqual([name, true]);
    expect(writes('strategy_checkpoints')).toBe(false);
    expect(writes('strategy_journal')).toBe(false);
    expect(writes('data_checkpoints')).toBe(false);
  });

  it('say each right once', () => {
    const all = (Object.keys(PRINCIPALS) as PrincipalName[]).map(told);
    for (const rules of all) expect(new Set(rules).size).toBe(rules.length);
  });

  it('give nothing to a principal that the file gives nothing', () => {
    expect(aclsFrom(nobody, topics)).toEqual([]);
    expect(aclsFrom({ ...nobody, groups: ['own'] }, topics)).toEqual([
      { resource: 'group', name: 'own', pattern: 'literal', operation: 'read' },
    ]);
  });

  it('know implied operations as Kafka does', () => {
    const rules = aclsOf('connector');
    const may = (operation: 'describe' | 'describe_configs' | 'read' | 'alter'): boolean =>
      aclsAllow(rules, { resource: 'topic', name: 'market_raw', operation });
    expect([may('describe'), may('describe_configs'), may('read'), may('alter')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(topicsOf('connector')).toEqual(['market_raw', 'instruments']);
  });
});
