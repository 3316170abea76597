/** The rules of the house, kept by a tool. tools/lint/rules.spec.ts proves that each of them bites. */
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';
import { boundaryElements, boundaryPolicies, PURE_LAYERS } from './tools/lint/layers.mjs';
import { workspacePackages } from './tools/lint/packages.mjs';
import {
  browserRules,
  pureRules,
  scriptRules,
  specRules,
  syntaxRules,
} from './tools/lint/rules.mjs';

const root = import.meta.dirname;
const packages = workspacePackages(root);

const SPECS = [
  '**/*.spec.ts',
  '**/*.suite.ts',
  '**/*.fixture.ts',
  '**/testing/**/*.ts',
  'tests/**/*.ts',
];
const GENERATED = ['**/src/gen/**'];
/** Run from a terminal: they print, and they read the environment they were started in. */
const TERMINAL = ['tools/**', 'bench/**', '**/*.mjs'];
const PURE = [
  ...packages
    .filter(({ layer }) => PURE_LAYERS.includes(layer))
    .map(({ folder }) => `${folder}/src/**/*.ts`),
  'services/*/src/app/**/*.ts',
];
const BROWSER = packages
  .filter(({ layer }) => layer === 'client')
  .map(({ folder }) => `${folder}/src/**/*.ts`);

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/node_modules/**', '.mesh/**', '.nx/**', 'tests/data/**'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    plugins: { boundaries },
    settings: {
      'boundaries/elements': boundaryElements(packages),
      'boundaries/files': SPECS.map((pattern) => ({ category: 'spec', pattern })),
      'boundaries/root-path': root,
      'boundaries/legacy-warnings': false,
      'import/resolver': {
        typescript: { conditionNames: ['@tickmesh/source', 'types', 'import', 'node', 'default'] },
      },
    },
    rules: {
      ...syntaxRules(packages.filter(({ layer }) => layer === 'service').map(({ name }) => name)),
      'boundaries/dependencies': [
        'error',
        { default: 'disallow', checkAllOrigins: true, policies: boundaryPolicies() },
      ],
    },
  },
  { files: ['**/*.mjs'], rules: scriptRules() },
  { files: PURE, ignores: SPECS, rules: pureRules() },
  { files: BROWSER, ignores: [...SPECS, '**/src/node/**'], rules: browserRules() },
  { files: SPECS, rules: specRules() },
  { files: GENERATED, rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' } },
  {
    files: TERMINAL,
    rules: {
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
    },
  },
  { files: ['libs/config/src/load.ts'], rules: { 'no-restricted-properties': 'off' } },
);
