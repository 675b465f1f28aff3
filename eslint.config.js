import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** Direction of the house (core <- kinds <- codecs, rules, identity <- ports <- apps), as what each part may import. */
const MAY_IMPORT = {
  core: ['core'],
  kinds: ['core', 'kinds'],
  codecs: ['core', 'kinds', 'codecs'],
  'device-types': ['core', 'kinds', 'codecs', 'device-types'],
  rules: ['core', 'kinds', 'rules'],
  identity: ['core', 'kinds', 'identity'],
  service: ['core', 'identity', 'service'],
  port: ['core', 'kinds', 'port'],
  adapter: ['core', 'kinds', 'port', 'adapter'],
  // Picks an adapter by the settings, so that no composition root has to do it again.
  opening: ['core', 'kinds', 'service', 'port', 'adapter', 'opening'],
  app: ['core', 'kinds', 'codecs', 'device-types', 'rules', 'identity', 'service', 'port', 'app'],
  console: ['console'],
  simulators: ['core', 'kinds', 'simulators'],
  standalone: ['core', 'kinds', 'codecs', 'device-types', 'identity', 'port', 'standalone', 'simulators'],
  benchmarks: [
    'core',
    'kinds',
    'codecs',
    'device-types',
    'rules',
    'identity',
    'service',
    'port',
    'adapter',
    'opening',
    'app',
    'benchmarks',
    'tests',
    'simulators',
  ],
  tests: [
    'core',
    'kinds',
    'codecs',
    'device-types',
    'rules',
    'identity',
    'service',
    'port',
    'adapter',
    'opening',
    'app',
    'standalone',
    'benchmarks',
    'simulators',
    'tests',
    'console',
  ],
};

/** Third-party drivers belong to the one adapter or app that wraps them. */
const DRIVERS = [
  { packages: ['lmdb'], owner: 'libs/journal/src/lmdb/**' },
  { packages: ['@duckdb/node-api'], owner: 'libs/timeseries/src/duckdb/**' },
  {
    packages: ['@influxdata/influxdb-client', '@influxdata/influxdb-client-apis'],
    owner: 'libs/timeseries/src/influxdb/**',
  },
  {
    packages: ['quickjs-emscripten-core', '@jitl/quickjs-wasmfile-release-sync'],
    owner: 'libs/device-types/src/sandbox/**',
  },
  { packages: ['@lhncbc/ucum-lhc'], owner: 'libs/device-types/src/units/**' },
  { packages: ['libsql'], owner: 'libs/registry/src/sqlite/**' },
  { packages: ['pg'], owner: 'libs/registry/src/postgres/**' },
  { packages: ['aedes', 'aedes-persistence', 'mqemitter'], owner: 'apps/broker/**' },
];

const TEST_FILES = [
  '**/*.spec.ts',
  '**/*.spec.tsx',
  '**/*.contract.ts',
  '**/testing/**',
  'apps/*/test/**',
  'tests/**',
  'benchmarks/**',
];

/** Files in which an app may pick an adapter: its composition root, and nothing else. */
const COMPOSITION_ROOTS = ['apps/*/src/main.ts', 'apps/*/src/open-adapters.ts', 'apps/*/src/*.module.ts'];

const only = (types) => ({ element: { types: { anyOf: types } } });

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      '.cache/**',
      '.lamplighter/**',
      'coverage/**',
      'apps/console/dist/**',
      // Scripts of vendors stay as they are.
      'device-types/**',
      'libs/device-types/fixtures/**',
    ],
  },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './apps/console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // Indexing is checked by `noUncheckedIndexedAccess`; where a loop's bound proves the element, `!` says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Nest's modules are classes without members by design.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['error'] }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: [
      'apps/**/*.ts',
      'apps/**/*.tsx',
      'libs/**/*.ts',
      'simulators/**/*.ts',
      'benchmarks/**/*.ts',
      'tests/**/*.ts',
    ],
    plugins: { boundaries },
    settings: {
      'import/resolver': {
        typescript: {
          project: ['./tsconfig.json', './apps/console/tsconfig.json'],
          conditionNames: ['source', 'types', 'import', 'node', 'default'],
        },
      },
      'boundaries/elements': [
        { type: 'adapter', pattern: 'libs/*/src/{lmdb,duckdb,influxdb,remote,sqlite,postgres}' },
        { type: 'opening', pattern: 'libs/*/src/open' },
        { type: 'core', pattern: 'libs/core' },
        { type: 'kinds', pattern: 'libs/kinds' },
        { type: 'codecs', pattern: 'libs/codecs' },
        { type: 'device-types', pattern: 'libs/device-types' },
        { type: 'rules', pattern: 'libs/rules' },
        { type: 'identity', pattern: 'libs/identity' },
        { type: 'service', pattern: 'libs/service' },
        { type: 'port', pattern: 'libs/{journal,timeseries,registry}' },
        { type: 'console', pattern: 'apps/console' },
        { type: 'standalone', pattern: 'apps/standalone' },
        { type: 'app', pattern: 'apps/{broker,ingest,alerts,api,quality,connector}' },
        { type: 'simulators', pattern: 'simulators' },
        { type: 'benchmarks', pattern: 'benchmarks' },
        { type: 'tests', pattern: 'tests' },
      ],
      'boundaries/files': [
        { category: 'test', pattern: TEST_FILES },
        // A file without any category matches no `noneOf`.
        { category: 'source', pattern: '**/*' },
        { category: 'composition-root', pattern: COMPOSITION_ROOTS },
        ...DRIVERS.map(({ packages, owner }) => ({ category: `owner-of-${packages[0]}`, pattern: owner })),
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          // Without this a ban on a package is silently inert.
          checkAllOrigins: true,
          policies: [
            ...Object.entries(MAY_IMPORT).map(([type, targets]) => ({
              from: { element: { type } },
              allow: { to: only(targets) },
            })),
            { from: { file: { categories: 'composition-root' } }, allow: { to: only(['adapter', 'opening']) } },
            { from: { file: { categories: 'test' } }, allow: { to: only(MAY_IMPORT.tests) } },
            { allow: { to: { module: { origin: ['external', 'core'] } } } },
            ...DRIVERS.map(({ packages }) => ({
              from: { file: { categories: { noneOf: ['test', `owner-of-${packages[0]}`] } } },
              disallow: { to: { module: { origin: 'external', source: packages } } },
              message: `${packages.join(', ')} may be imported only by the adapter that wraps it`,
            })),
          ],
        },
      ],
    },
  },
  {
    files: [...TEST_FILES, 'apps/standalone/**/*.ts', 'benchmarks/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
