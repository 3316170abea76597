import { describe, expect, it } from '@jest/globals';
import { METRICS } from '@tickmesh/telemetry';
import { at, documentsOf, listAt, readText } from './files.ts';

/** Words of PromQL that are no metric and no label. */
const WORDS = new Set(
  'sum max by rate increase histogram_quantile and on up le instance job humanize'.split(' '),
);
const LABELS = new Set(Object.values(METRICS).flatMap(({ labels }): readonly string[] => labels));

function metricOf(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}

/** Names in an expression that are neither a metric of ours, nor a label of one, nor a word of the language. */
function unknownNames(expression: string): string[] {
  const bare = expression.replaceAll(/"[^"]*"/g, '').replaceAll(/\[[^\]]*\]/g, '');
  const names = bare.match(/[a-z_][a-z0-9_]*/g) ?? [];
  return names.filter(
    (name) => !WORDS.has(name) && !LABELS.has(name) && !(metricOf(name) in METRICS),
  );
}

describe('what is observed', () => {
  it('alerts only on metrics that the services have', () => {
    const groups = listAt(documentsOf('prometheus/rules.yml')[0], 'groups');
    const rules = groups.flatMap((group) => listAt(group, 'rules'));
    expect(rules.length).toBeGreaterThan(8);
    for (const rule of rules) {
      expect([at(rule, 'alert'), unknownNames(String(at(rule, 'expr')))]).toEqual([
        at(rule, 'alert'),
        [],
      ]);
    }
  });

  it('draws only metrics that the services have', () => {
    const dashboard: unknown = JSON.parse(readText('deploy', 'grafana', 'dashboards', 'mesh.json'));
    const panels = listAt(dashboard, 'panels');
    expect(panels.length).toBeGreaterThan(8);
    for (const panel of panels) {
      const expressions = listAt(panel, 'targets').map((target) => String(at(target, 'expr')));
      expect([at(panel, 'title'), expressions.flatMap(unknownNames)]).toEqual([
        at(panel, 'title'),
        [],
      ]);
    }
  });

  it('finds a metric that was renamed', () => {
    expect(unknownNames('sum by (topic) (rate(kafka_no_such_total[1m]))')).toEqual([
      'kafka_no_such_total',
    ]);
  });

  it('scrapes every service of ours', () => {
    const compose = readText('docker-compose.yml');
    for (const name of ['data-plane', 'strategy-plane', 'order-plane', 'store', 'connector']) {
      const variable = `${name.toUpperCase().replaceAll('-', '_')}_HTTP_PORT`;
      expect(compose).toContain(`- ${name}:\${${variable}:-`);
    }
  });
});
