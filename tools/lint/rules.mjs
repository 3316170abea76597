/** What the house refuses beyond typescript-eslint's strict set, with what to do instead. */

const INJECT =
  'Say what is injected: @Inject(TOKEN). Types are erased, Nest would inject undefined.';
const DECORATED_CONSTRUCTOR =
  "ClassDeclaration[decorators.length>0] > ClassBody > MethodDefinition[kind='constructor'] > FunctionExpression";

/** Forms that are refused everywhere. */
const FORMS = [
  { selector: `${DECORATED_CONSTRUCTOR} > .params:not(:has(Decorator))`, message: INJECT },
  {
    selector: 'TSParameterProperty',
    message: 'Declare the field and assign it: type stripping cannot do this.',
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals or a const object.' },
  { selector: "TSModuleDeclaration[kind='namespace']", message: 'Use a module.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  {
    selector: 'TSNonNullExpression:not(:has(> MemberExpression[computed=true]))',
    message: 'Narrow it. Only an indexed element may be asserted, where a loop bounds the index.',
  },
  { selector: 'ExportAllDeclaration', message: 'List the exported names one by one.' },
];

/** Time and chance are arguments of the deterministic layers. */
const CHANCE = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take the time as an argument.',
  },
  { selector: "CallExpression[callee.name='Date']", message: 'Take the time as an argument.' },
];

const OUTSIDE = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'process',
  'fetch',
  'crypto',
  'WebSocket',
];

/**
 * @param {readonly string[]} services names of the packages that nobody imports
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function syntaxRules(services) {
  return {
    /** The layers refuse this too, where the import resolves; a service need not have an index. */
    'no-restricted-imports': [
      'error',
      {
        paths: services.map((name) => ({
          name,
          message: 'Services meet in contracts/ alone: by topics, HTTP and gRPC.',
        })),
      },
    ],
    'no-console': 'error',
    'no-restricted-syntax': ['error', ...FORMS],
    'no-restricted-properties': [
      'error',
      {
        object: 'process',
        property: 'env',
        message: 'The environment is read in libs/config, once.',
      },
    ],
    'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: false, skipComments: false }],
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: true },
    ],
    '@typescript-eslint/restrict-template-expressions': [
      'error',
      { allowNumber: true, allowBoolean: true },
    ],
    '@typescript-eslint/no-unused-vars': [
      'error',
      { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
    ],
    '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
    /** The selector above says where an assertion may stand. */
    '@typescript-eslint/no-non-null-assertion': 'off',
    /** It takes `return refused(...)` of a function that answers undefined for a mistake. */
    '@typescript-eslint/no-confusing-void-expression': 'off',
    /** A Nest module is a class without members; that is its form. */
    '@typescript-eslint/no-extraneous-class': [
      'error',
      { allowWithDecorator: true, allowStaticOnly: true },
    ],
  };
}

/**
 * For what browsers load too: packages of the layer `client` outside their `src/node`.
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function browserRules() {
  return {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['node:*', '@grpc/*', '**/node/*'], message: 'Browsers load this: src/node.' },
        ],
      },
    ],
    'no-restricted-globals': [
      'error',
      ...['process', 'Buffer', 'setImmediate'].map((name) => ({
        name,
        message: 'Browsers load this: src/node.',
      })),
    ],
  };
}

/**
 * For kernel, expressions, domain, engine and `app/`. An argued exception says
 * `// eslint-disable-next-line <rule> -- det-ok: <reason>`.
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function pureRules() {
  return {
    'no-restricted-syntax': ['error', ...FORMS, ...CHANCE],
    'no-restricted-globals': [
      'error',
      ...OUTSIDE.map((name) => ({
        name,
        message: 'Time, chance and the outside are arguments here.',
      })),
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'Take the time as an argument.' },
      { object: 'Math', property: 'random', message: 'Take a Random as an argument.' },
      {
        object: 'process',
        property: 'env',
        message: 'The environment is read in libs/config, once.',
      },
    ],
  };
}

/**
 * Specs: long `describe` blocks, asserted values, and matchers that stand where values do.
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function specRules() {
  return {
    'max-lines-per-function': 'off',
    'no-restricted-syntax': [
      'error',
      ...FORMS.filter(({ selector }) => !selector.startsWith('TSNonNullExpression')),
    ],
    'no-restricted-properties': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/unbound-method': 'off',
  };
}

/**
 * Plain JavaScript: what must run before anything is built, and the configuration of tools.
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function scriptRules() {
  return {
    'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: false, skipComments: false }],
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: 'error',
  };
}
