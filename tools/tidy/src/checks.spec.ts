/** The checks of the house find what they are for. */
import { describe, expect, it } from '@jest/globals';
import { unknownMetrics } from './alerts.ts';
import { forgottenReasons, unreasonedDependencies } from './dependencies.ts';
import {
  dividedPins,
  loosePins,
  missingPapers,
  missingTags,
  referenceMismatches,
  unbuiltPackages,
  undeclaredImports,
} from './packages.ts';
import type { Manifest, Repository } from './repository.ts';
import { longFiles, orphanFiles, repeatedTestNames } from './sources.ts';
import { unreportedNames } from './telemetry-names.ts';
import { bannedWords, emptyNames, unconventionalNames } from './words.ts';

function repositoryOf(files: Readonly<Record<string, string>>): Repository {
  const all: Readonly<Record<string, string>> = { 'package.json': '{}', ...files };
  return {
    paths: Object.keys(all),
    packages: Object.keys(all)
      .filter((path) => /^libs\/.*package\.json$/.test(path))
      .map((path) => ({
        folder: path.slice(0, -'/package.json'.length),
        manifest: JSON.parse(all[path] ?? '') as Manifest,
      })),
    read: (path) => all[path] ?? '',
  };
}

const manifest = (more: Partial<Manifest>): string =>
  JSON.stringify({ name: '@tickmesh/a', version: '0.1.0', ...more });

describe('the checks of words and names', () => {
  it('find words with a replacement, and pictures, by their line', () => {
    const [left, long] = [['TO', 'DO'].join(''), ['util', 'ize'].join('')];
    const text = ['fine', `left ${left}`, `we ${long} it`, '\u{1F680} up'].join('\n');
    expect(bannedWords(repositoryOf({ 'a.md': text })).map((line) => line.split(',')[0])).toEqual([
      `a.md:2: "${left}"`,
      `a.md:3: "${long}"`,
      'a.md:4: "\u{1F680}"',
    ]);
  });

  it('find names that say nothing or are not in kebab-case', () => {
    const repository = repositoryOf({
      'libs/utils.ts': '',
      'libs/priceBoard.ts': '',
      'a/b-c.ts': '',
    });
    expect(emptyNames(repository)).toEqual(['libs/utils.ts']);
    expect(unconventionalNames(repository)).toEqual(['libs/priceBoard.ts']);
  });
});

describe('the checks of sources', () => {
  it('find files that are too long, unless they are generated', () => {
    const long = 'x\n'.repeat(600);
    const repository = repositoryOf({ 'a.sql': long, 'docs/reference/b.md': long });
    expect(longFiles(repository)).toEqual(['a.sql: 601 lines, at most 500']);
  });

  it('find files that nothing reaches, through chains of imports and built names', () => {
    const repository = repositoryOf({
      'libs/a/src/index.ts': "export { b } from './deep/b.ts';",
      'libs/a/src/deep/b.ts': "import { c } from '../c.ts';",
      'libs/a/src/c.ts': '',
      'libs/a/src/alone.ts': '',
      'libs/a/src/started.ts': '',
      'start.mjs': "spawn('libs/a/dist/started.js')",
    });
    expect(orphanFiles(repository)).toEqual(['libs/a/src/alone.ts']);
  });

  it('find names that a file uses twice in a group, also after a table', () => {
    const lines = ["group('one'", "  test('a'", "  test.each([[1, (2)]])('b %s'", "  test('b %s'"];
    const spec = [...lines, "group('two'", "  test('a'"]
      .join('\n')
      .replaceAll('group', 'describe')
      .replaceAll('test', 'it');
    expect(repeatedTestNames(repositoryOf({ 'x.spec.ts': spec }))).toEqual([
      'x.spec.ts: one, b %s',
    ]);
  });
});

describe('the checks of packages', () => {
  it('find missing tags and papers', () => {
    const repository = repositoryOf({
      'libs/a/package.json': manifest({ nx: { tags: ['layer:domain', 'plane:nowhere'] } }),
      'libs/a/src/index.ts': '',
      'libs/a/tsconfig.json': '{}',
    });
    expect(missingTags(repository)).toEqual(['libs/a: one plane: tag']);
    expect(missingPapers(repository)).toEqual(['libs/a/README.md']);
  });

  it('find references that differ from the dependencies', () => {
    const repository = repositoryOf({
      'libs/a/package.json': manifest({ dependencies: { '@tickmesh/b': '0.1.0' } }),
      'libs/a/tsconfig.json': '{ "references": [{ "path": "../c" }] }',
      'libs/b/package.json': manifest({ name: '@tickmesh/b' }),
      'libs/c/package.json': manifest({ name: '@tickmesh/c' }),
      'tsconfig.json': '{ "references": [{ "path": "libs/a" }, { "path": "libs/b" }] }',
    });
    expect(referenceMismatches(repository)).toEqual([
      'libs/a/tsconfig.json: add libs/b',
      'libs/a/tsconfig.json: drop libs/c',
    ]);
    expect(unbuiltPackages(repository)).toEqual(['libs/c']);
  });

  it('find pins that are loose or differ', () => {
    const repository = repositoryOf({
      'package.json': '{ "devDependencies": { "yaml": "2.0.0" } }',
      'libs/a/package.json': manifest({ dependencies: { yaml: '^2.9.1', '@tickmesh/a': '0.2.0' } }),
    });
    expect(loosePins(repository)).toEqual([
      'libs/a/package.json: yaml ^2.9.1',
      'libs/a/package.json: @tickmesh/a 0.2.0',
    ]);
    expect(dividedPins(repository)).toEqual(['yaml: ^2.9.1, 2.0.0']);
  });

  it('find imports without a dependency and dependencies without an import', () => {
    const repository = repositoryOf({
      'libs/a/package.json': manifest({ dependencies: { yaml: '2.9.1', pg: '8.0.0' } }),
      'libs/a/src/index.ts':
        'import {\n  x,\n} fr' +
        "om 'pg/lib';\nimport 'ws';\nimport { y } from './y.ts';\nimport { z } from 'node:fs';",
    });
    expect(undeclaredImports(repository)).toEqual([
      'libs/a: ws is imported and not declared',
      'libs/a: yaml is declared and not imported',
    ]);
  });
});

describe('the checks of dependencies', () => {
  it('find those without a reason, and reasons without one', () => {
    const repository = repositoryOf({
      'libs/a/package.json': manifest({ dependencies: { yaml: '2.9.1' } }),
      'docs/decisions/0001-dependencies.md': '| `pg` | old |',
    });
    expect(unreasonedDependencies(repository)).toEqual(['yaml']);
    expect(forgottenReasons(repository)).toEqual(['pg']);
  });
});

describe('the check of telemetry names', () => {
  it('finds names that only the table and specs know', () => {
    const repository = repositoryOf({
      'libs/telemetry/src/names.ts': "'a.done' 'b.done' 'c.done'",
      'libs/x.spec.ts': "'b.done'",
      'libs/x.ts': "log('c.done')",
    });
    const events = { 'a.done': '', 'b.done': '', 'c.done': '' };
    expect(unreportedNames(repository, { EVENTS: events })).toEqual([
      'EVENTS: a.done',
      'EVENTS: b.done',
    ]);
  });
});

describe('the check of alert rules', () => {
  it('finds metrics that nobody exports, in rules and dashboards', () => {
    const repository = repositoryOf({
      'deploy/prometheus/rules.yml':
        '- expr: sum by (topic) (rate(kafka_lag_total{group="a"}[5m])) > 1\n  for: 1m\n- expr: |\n    histogram_quantile(0.95, rate(data_latency_seconds_bucket[5m])) > bogus_metric\n  for: 1m',
      'deploy/grafana/board.json': '{ "expr": "nodejs_x + wrong_name{a=\\"b\\"}" }',
    });
    expect(unknownMetrics(repository, { data_latency_seconds: {} })).toEqual([
      'deploy/prometheus/rules.yml: kafka_lag_total',
      'deploy/prometheus/rules.yml: bogus_metric',
      'deploy/grafana/board.json: wrong_name',
    ]);
  });
});
