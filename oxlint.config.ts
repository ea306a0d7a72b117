import { defineConfig } from 'oxlint';

/** The tags a package may import from, by its own tag. Apps (layer:4) are in no list: nobody imports an app. */
const layers = {
  'layer:0': ['layer:0'],
  'layer:1': ['layer:0', 'holds:ports'],
  'layer:2': ['layer:0', 'layer:1'],
  'layer:3': ['layer:0', 'layer:1', 'layer:2'],
  'layer:4': ['layer:0', 'layer:1', 'layer:2', 'layer:3'],
  'layer:tool': ['layer:tool'],
  'layer:top': ['layer:0', 'layer:1', 'layer:2', 'layer:3', 'layer:tool'],
};

/** The same for test files: adapters of layer 2 are held to the suites of the ports they implement. */
const layersOfTests = { ...layers, 'layer:2': [...layers['layer:2'], 'holds:suites'] };

/** And for tests on a real Kafka or PostgreSQL, some of which stop and start one of their own. */
const layersOfIntTests = {
  ...layersOfTests,
  'layer:2': [...layersOfTests['layer:2'], 'layer:tool'],
  'layer:4': [...layersOfTests['layer:4'], 'layer:tool'],
};

type Restriction = { readonly name: string; readonly message: string };
const kafkajs: Restriction = { name: 'kafkajs', message: 'Only libs/kafka knows kafkajs: use its ports.' };
const undici: Restriction = { name: 'undici', message: 'Only libs/http-client knows undici: use a target.' };

/** Imports point down only, across packages by name only, and to third parties only where package.json declares them. */
function boundaries(tags: Readonly<Record<string, readonly string[]>>): ['error', object] {
  const depConstraints = Object.entries(tags).map(([sourceTag, allowed]) => ({
    sourceTag,
    onlyDependOnLibsWithTags: allowed,
  }));
  return ['error', { banTransitiveDependencies: true, depConstraints }];
}

function closedTo(...packages: Restriction[]): ['error', { paths: Restriction[]; patterns: object[] }] {
  return [
    'error',
    { paths: packages, patterns: packages.map(({ name, message }) => ({ group: [`${name}/*`], message })) },
  ];
}

export default defineConfig({
  options: { typeAware: true, reportUnusedDisableDirectives: 'error', respectEslintDisableDirectives: false },
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  jsPlugins: ['@nx/oxlint/boundaries-plugin'],
  categories: { correctness: 'error' },
  rules: {
    '@nx/enforce-module-boundaries': boundaries(layers),
    'no-restricted-imports': closedTo(kafkajs, undici),
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/no-duplicates': 'error',
    'import/no-mutable-exports': 'error',
    'import/no-self-import': 'error',

    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-exports': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-require-imports': 'error',
    'typescript/no-unnecessary-boolean-literal-compare': 'error',
    'typescript/no-unnecessary-template-expression': 'error',
    'typescript/no-unnecessary-type-arguments': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/no-unnecessary-type-constraint': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    // the reason of an AbortSignal has no type
    'typescript/only-throw-error': ['error', { allowThrowingAny: true }],
    'typescript/prefer-promise-reject-errors': ['error', { allowThrowingAny: true }],
    // `||` is meant for strings: an empty environment variable counts as absent
    'typescript/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    'typescript/prefer-readonly': 'error',
    'typescript/restrict-plus-operands': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // ports are objects of closures, made to be taken apart
    'typescript/unbound-method': 'off',
    'typescript/use-unknown-in-catch-callback-variable': 'error',

    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'max-lines': ['error', { max: 300 }],
    'no-console': 'error',
    'no-self-compare': 'error',
    'no-sequences': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
    'no-var': 'error',
    'object-shorthand': 'error',
    'prefer-const': 'error',
    'prefer-object-has-own': 'error',
    'preserve-caught-error': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/no-abusive-eslint-disable': 'error',
    'unicorn/no-array-for-each': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/prefer-number-properties': 'error',
    'unicorn/throw-new-error': 'error',
  },
  overrides: [
    {
      files: ['**/*.test.ts', 'e2e/**', 'benchmarks/**'],
      plugins: ['vitest'],
      rules: {
        '@nx/enforce-module-boundaries': boundaries(layersOfTests),
        'max-lines': 'off',
        'typescript/no-non-null-assertion': 'off',
        // expect.requireAssertions of the runner sees more, such as assertions in functions that tests call
        'vitest/expect-expect': 'off',
        'vitest/no-focused-tests': 'error',
        'vitest/no-identical-title': 'error',
        'vitest/require-awaited-expect-poll': 'error',
        'vitest/valid-describe-callback': 'error',
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        'vitest/valid-expect-in-promise': 'error',
        'vitest/valid-title': 'error',
      },
    },
    {
      // the second: what such tests of libs/kafka share
      files: ['**/*.int.test.ts', 'libs/kafka/src/testing/**'],
      rules: { '@nx/enforce-module-boundaries': boundaries(layersOfIntTests) },
    },
    {
      // what runs before anything is installed is plain JavaScript, without types
      files: ['**/*.js'],
      rules: {
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
      },
    },
    { files: ['libs/kafka/**'], rules: { 'no-restricted-imports': closedTo(undici) } },
    {
      files: ['libs/http-client/**', 'libs/testing/**/*.test.ts', 'e2e/**'],
      rules: { 'no-restricted-imports': closedTo(kafkajs) },
    },
    // they set the ports beside what is behind them
    { files: ['benchmarks/**'], rules: { 'no-restricted-imports': 'off' } },
    { files: ['tools/**', 'e2e/**', 'benchmarks/**', '.ci/**'], rules: { 'no-console': 'off' } },
    { files: ['*.config.ts', 'tools/vitest/**'], rules: { 'import/no-default-export': 'off' } },
  ],
});
