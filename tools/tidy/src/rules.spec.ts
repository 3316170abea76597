/**
 * The linter's rules bite. A boundary rule can be green and asleep, so each rule that the house counts on
 * is shown a text that breaks it, as if it stood in a real file of the layer in question.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openRepository } from './repository.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A real file of a folder: the linter knows the layer, and the compiler the project, by its path. */
function fileOf(folder: string): string {
  const found = openRepository(root).paths.find(
    (path) =>
      path.startsWith(`${folder}/`) &&
      /(?<!\.spec|\.suite)\.ts$/.test(path) &&
      !/\/(gen|testing)\//.test(path),
  );
  if (found === undefined) throw new Error(`no source in ${folder}`);
  return found;
}

const KERNEL = fileOf('libs/kernel/src');
const EXPR = fileOf('libs/expr/src');
const DOMAIN = 'libs/domain/orders/src/index.ts';
const ADAPTER = fileOf('libs/database/src');
const SERVICE = 'services/data-plane/src/main.ts';
const APP = fileOf('services/data-plane/src/app');
const TOOL = fileOf('tools/mesh/src');
const CLIENT = 'libs/client/src/index.ts';

/** Where, what stands there, and the rule that must refuse it. */
const REFUSED: readonly (readonly [string, string, string, string])[] = [
  ['the kernel imports a library', KERNEL, use('@tickmesh/contracts'), 'boundaries/dependencies'],
  ['the kernel imports npm', KERNEL, use('yaml'), 'boundaries/dependencies'],
  ['the kernel imports Node', KERNEL, use('node:fs'), 'boundaries/dependencies'],
  ['expressions import contracts', EXPR, use('@tickmesh/contracts'), 'boundaries/dependencies'],
  ['a domain imports an adapter', DOMAIN, use('@tickmesh/bus'), 'boundaries/dependencies'],
  [
    'a domain imports another domain',
    DOMAIN,
    use('@tickmesh/domain-risk'),
    'boundaries/dependencies',
  ],
  [
    'a domain reaches over by path',
    DOMAIN,
    use('../../risk/src/index.ts'),
    'boundaries/dependencies',
  ],
  ['a domain imports Node', DOMAIN, use('node:crypto'), 'boundaries/dependencies'],
  ['a domain imports Nest', DOMAIN, use('@nestjs/common'), 'boundaries/dependencies'],
  [
    'an adapter imports a domain',
    ADAPTER,
    use('@tickmesh/domain-orders'),
    'boundaries/dependencies',
  ],
  ['an adapter imports an adapter', ADAPTER, use('@tickmesh/bus'), 'boundaries/dependencies'],
  ['an adapter imports Nest', ADAPTER, use('@nestjs/common'), 'boundaries/dependencies'],
  ['a client imports an adapter', CLIENT, use('@tickmesh/bus'), 'boundaries/dependencies'],
  ['a client imports a service', CLIENT, use('@tickmesh/store'), 'boundaries/dependencies'],
  ['what browsers load imports Node', CLIENT, use('node:fs'), 'no-restricted-imports'],
  ['what browsers load imports gRPC', CLIENT, use('@grpc/grpc-js'), 'no-restricted-imports'],
  ['what browsers load is a Buffer', CLIENT, 'export const b = Buffer;', 'no-restricted-globals'],
  ['a service imports another', SERVICE, use('@tickmesh/order-plane'), 'no-restricted-imports'],
  [
    'a service reaches into another',
    SERVICE,
    use('../../order-plane/src/app/ports.ts'),
    'boundaries/dependencies',
  ],
  ['a use case imports an adapter', APP, use('@tickmesh/bus'), 'boundaries/dependencies'],
  ['a use case imports Nest', APP, use('@nestjs/common'), 'boundaries/dependencies'],
  ['a use case imports Node', APP, use('node:timers'), 'boundaries/dependencies'],
  ['a use case imports the edge', APP, use('../edge/system-clock.ts'), 'boundaries/dependencies'],
  [
    'an import at run time crosses too',
    KERNEL,
    'void import(' + "'@tickmesh/bus');",
    'boundaries/dependencies',
  ],
  [
    'a re-export crosses too',
    KERNEL,
    `export { Consumer } ${from('@tickmesh/bus')}`,
    'boundaries/dependencies',
  ],

  [
    'the kernel reads the clock',
    KERNEL,
    'export const at = Date.now();',
    'no-restricted-properties',
  ],
  ['a domain reads the clock', DOMAIN, 'export const at = new Date();', 'no-restricted-syntax'],
  ['a domain reads the clock as text', DOMAIN, 'export const at = Date();', 'no-restricted-syntax'],
  [
    'a domain measures time',
    DOMAIN,
    'export const at = performance.now();',
    'no-restricted-globals',
  ],
  ['a domain throws dice', DOMAIN, 'export const n = Math.random();', 'no-restricted-properties'],
  [
    'a domain makes an id',
    DOMAIN,
    'export const id = crypto.randomUUID();',
    'no-restricted-globals',
  ],
  ['a use case starts a timer', APP, 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
  [
    'a use case reads the environment',
    APP,
    'export const e = process.env;',
    'no-restricted-globals',
  ],
  [
    'a service reads the environment',
    SERVICE,
    'export const e = process.env;',
    'no-restricted-properties',
  ],

  [
    'a promise is left alone',
    SERVICE,
    'Promise.resolve();',
    '@typescript-eslint/no-floating-promises',
  ],
  [
    'a switch forgets a case',
    SERVICE,
    "export function f(x: 'a' | 'b'): void { switch (x) { case 'a': break; } }",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['a value is any', SERVICE, 'export const x: any = 1;', '@typescript-eslint/no-explicit-any'],
  ['a service prints', SERVICE, "console.log('x');", 'no-console'],
  [
    'a function is long',
    SERVICE,
    `export function f(): void {\n${'f();\n'.repeat(70)}}`,
    'max-lines-per-function',
  ],
  ['a file is long', SERVICE, '// line\n'.repeat(501), 'max-lines'],
  ['an injection says no token', SERVICE, injected('dependency: object'), 'no-restricted-syntax'],
  [
    'a field hides in a parameter',
    SERVICE,
    'export class C { constructor(readonly x: number) {} }',
    'no-restricted-syntax',
  ],
  ['an enum', SERVICE, 'export enum E { A }', 'no-restricted-syntax'],
  ['a default export', SERVICE, 'export default 1;', 'no-restricted-syntax'],
  [
    'everything is exported',
    SERVICE,
    `export * ${from('@tickmesh/kernel')}`,
    'no-restricted-syntax',
  ],
  [
    'a lookup is asserted',
    SERVICE,
    'export const x = new Map<string, number>().get("a")!;',
    'no-restricted-syntax',
  ],
];

/** What must stay allowed, or the rule above it proves nothing. */
const ALLOWED: readonly (readonly [string, string, string])[] = [
  ['a domain imports the kernel', DOMAIN, use('@tickmesh/kernel')],
  ['a domain imports contract types', DOMAIN, use('@tickmesh/contracts')],
  ['an adapter imports its driver', ADAPTER, use('pg')],
  ['a client imports a domain', CLIENT, use('@tickmesh/domain-columns')],
  ['the part of a client for Node', 'libs/client/src/node/connect.ts', use('@grpc/grpc-js')],
  ['a service imports Nest and adapters', SERVICE, use('@nestjs/common') + use('@tickmesh/bus')],
  [
    'a use case takes the types of a port',
    APP,
    `import type { Publisher } ${from('@tickmesh/bus')}\nexport type P = Publisher;`,
  ],
  [
    'a date is made of a number',
    DOMAIN,
    'export const at = new Date(0).toISOString() + String(Date.UTC(2026, 1));',
  ],
  ['a tool plays a connector', TOOL, use('../../../services/data-plane/src/app/connector.ts')],
  ['an injection says its token', SERVICE, injected('@Inject(TOKEN) dependency: object')],
  ['an indexed element is asserted', DOMAIN, 'export const x = new Float64Array(1)[0]!;'],
];

/** Rules found for each case, the refused ones first. */
let found: string[][];

beforeAll(() => {
  found = lint([...REFUSED, ...ALLOWED].map(([, file, text]) => ({ file, text: `${text}\n` })));
});

interface Text {
  readonly file: string;
  readonly text: string;
}

/**
 * Texts of one file are linted together and told apart by their lines: each lint builds a program. A long
 * text stands alone, or it would make the others long.
 */
function lint(texts: readonly Text[]): string[][] {
  const groups = new Map<
    string,
    { readonly file: string; text: string; readonly starts: number[][] }
  >();
  texts.forEach(({ file, text }, index) => {
    const key = text.length > 400 ? String(index) : file;
    const group = groups.get(key) ?? { file, text: '', starts: [] };
    group.starts.push([group.text.split('\n').length, index]);
    group.text += text;
    groups.set(key, group);
  });
  const run = spawnSync(process.execPath, ['tools/lint/lint-texts.mjs'], {
    cwd: root,
    input: JSON.stringify([...groups.values()]),
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const messages = JSON.parse(run.stdout) as { readonly rule: string; readonly line: number }[][];
  const rules: string[][] = texts.map(() => []);
  [...groups.values()].forEach(({ starts }, group) => {
    for (const { rule, line } of messages[group] ?? []) {
      const [, index = 0] = starts.findLast(([start = 0]) => start <= line) ?? [];
      rules[index]?.push(rule);
    }
  });
  return rules;
}

describe('the linter refuses that', () => {
  it.each(REFUSED.map(([what, , , rule], index) => [what, rule, index] as const))(
    '%s',
    (_, rule, index) => {
      expect(found[index]).toContain(rule);
    },
  );
});

describe('the linter allows that', () => {
  it.each(ALLOWED.map(([what], index) => [what, index] as const))('%s', (_, index) => {
    const layerRules = found[REFUSED.length + index]?.filter((rule) =>
      /^(boundaries\/|no-restricted-|.*parsing)/i.test(rule),
    );
    expect(layerRules).toEqual([]);
  });
});

/** Kept apart from the word before it, so that this file is not taken to import it. */
function from(source: string): string {
  return `from '${source}';`;
}

function use(source: string): string {
  return `import * as taken ${from(source)}\nexport const used = taken;\n`;
}

function injected(parameter: string): string {
  return `import { Inject, Injectable } ${from('@nestjs/common')}
const TOKEN = Symbol('token');
@Injectable()
export class C {
  readonly #dependency: object;
  constructor(${parameter}) {
    this.#dependency = dependency;
  }
}
export const used = [Inject, TOKEN];`;
}
