/**
 * Who may import whom, by the `layer:` tags of the package.json files. The rows are the design's; the
 * linter holds every import against them, and a fixture proves that it does.
 */

/**
 * @typedef {object} LayerRow
 * @property {readonly string[]} imports layers of ours that it may import
 * @property {boolean} isPure no npm package, nothing of Node, no clock, no randomness, no timer
 * @property {readonly string[]} banned npm packages that it may not import although it is not pure
 */

const NEST = ['@nestjs/**'];
/** A framework-free layer may know the types of an adapter, its port, never its code. */
export const APP_LAYER = 'app';
/** The folder of the tests of the whole. */
const TESTS = 'tests';

/** @type {Readonly<Record<string, LayerRow>>} */
export const LAYERS = {
  kernel: { imports: [], isPure: true, banned: [] },
  expr: { imports: ['kernel'], isPure: true, banned: [] },
  contract: { imports: ['kernel'], isPure: false, banned: NEST },
  domain: { imports: ['kernel', 'expr', 'contract'], isPure: true, banned: [] },
  engine: { imports: ['kernel', 'expr'], isPure: true, banned: [] },
  adapter: { imports: ['kernel', 'expr', 'contract'], isPure: false, banned: NEST },
  /** For programs of our users: no service, no framework; Node only in `src/node` (eslint.config.mjs). */
  client: { imports: ['kernel', 'expr', 'contract', 'domain'], isPure: false, banned: NEST },
  glue: { imports: ['kernel', 'expr', 'contract', 'adapter'], isPure: false, banned: [] },
  /** `services/<name>/src/app`: use cases over ports. */
  [APP_LAYER]: {
    imports: ['kernel', 'expr', 'contract', 'domain', 'engine'],
    isPure: true,
    banned: [],
  },
  service: {
    imports: ['kernel', 'expr', 'contract', 'domain', 'engine', 'adapter', 'glue'],
    isPure: false,
    banned: [],
  },
  /** The command line plays a service's own connectors; nothing stands above a tool but the tests. */
  tool: {
    imports: [
      'kernel',
      'expr',
      'contract',
      'domain',
      'engine',
      'adapter',
      'glue',
      'client',
      'service',
      APP_LAYER,
      'tool',
    ],
    isPure: false,
    banned: [],
  },
};

export const PURE_LAYERS = Object.keys(LAYERS).filter((layer) => LAYERS[layer]?.isPure);

/**
 * Elements for eslint-plugin-boundaries: one for each package by its tag, one for the `app` folder of
 * each service before it.
 * @param {readonly import('./packages.mjs').WorkspacePackage[]} packages
 */
export function boundaryElements(packages) {
  const element = (/** @type {string} */ type, /** @type {string} */ folder) => ({
    type,
    pattern: folder.replace(/[^/]+$/, '($&)'),
    partialMatch: false,
    capture: ['package'],
  });
  const tests = { type: TESTS, pattern: '(tests)', partialMatch: false, capture: ['package'] };
  const elements = packages.flatMap(({ folder, layer }) => [
    ...(layer === 'service'
      ? [
          {
            type: APP_LAYER,
            pattern: `${folder.replace(/[^/]+$/, '($&)')}/src/app`,
            partialMatch: false,
            capture: ['package'],
          },
        ]
      : []),
    element(layer, folder),
  ]);
  return [...elements, tests];
}

/** Policies for `boundaries/dependencies`, over a default that disallows everything. */
export function boundaryPolicies() {
  const samePackage = { captured: { package: '{{ from.element.captured.package }}' } };
  const rows = Object.entries(LAYERS).flatMap(([layer, { imports, isPure, banned }]) => [
    { from: { element: { type: layer } }, allow: { to: { element: { type: [...imports] } } } },
    ...(isPure ? [] : [outsidePolicy(layer, banned)]),
  ]);
  return [
    ...rows,
    {
      from: { element: { type: 'service' } },
      allow: { to: { element: { type: APP_LAYER, ...samePackage } } },
    },
    {
      from: { element: { type: APP_LAYER } },
      allow: { to: { element: { type: 'adapter' } }, dependency: { kind: 'type' } },
    },
    {
      from: { element: { type: APP_LAYER }, file: { categories: 'spec' } },
      allow: { to: { element: { type: 'service', ...samePackage } } },
    },
    {
      from: { file: { categories: 'spec' } },
      allow: { to: { module: { origin: ['external', 'core'] } } },
    },
    /** A client is tested against the service that it speaks to. */
    {
      from: { element: { type: 'client' }, file: { categories: 'spec' } },
      allow: { to: { element: { type: 'service' } } },
    },
    /** Real brokers and databases for the tests are started by tools. */
    { from: { file: { categories: 'spec' } }, allow: { to: { element: { type: 'tool' } } } },
    /** Tests of the whole stand above everything. */
    {
      from: { element: { type: TESTS } },
      allow: { to: { element: { type: Object.keys(LAYERS) } } },
    },
    {
      from: { element: { type: TESTS } },
      allow: { to: { module: { origin: ['external', 'core'] } } },
    },
  ];
}

/** @param {string} layer @param {readonly string[]} banned */
function outsidePolicy(layer, banned) {
  const outside = { from: { element: { type: layer } } };
  if (banned.length === 0) {
    return { ...outside, allow: { to: { module: { origin: ['external', 'core'] } } } };
  }
  return {
    ...outside,
    allow: { to: { module: { origin: ['external', 'core'] } } },
    disallow: { to: { module: { origin: 'external', source: [...banned] } } },
  };
}
