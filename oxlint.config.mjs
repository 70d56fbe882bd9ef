import { defineConfig } from 'oxlint';

/** The corridor: a room imports only from rooms before it. Leaf rooms hang off it and nothing imports them. */
export const CORRIDOR = [
  'contract',
  'errors',
  'codecs',
  'schemas',
  'config',
  'decorators',
  'events',
  'context',
  'backends',
  'state',
  'queue',
  'handlers',
  'middleware',
  'execution',
  'worker',
  'background',
  'scheduling',
  'module',
];
export const LEAVES = ['health', 'metrics', 'tracing', 'dashboard', 'cli', 'testing'];

const banned = (rooms, message) => rooms.map((room) => ({ group: [`**/${room}/**`], message }));

const roomRules = CORRIDOR.map((room, place) => ({
  files: [`lib/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...banned(
            [...CORRIDOR.slice(place + 1), ...LEAVES],
            `Rooms import only leftwards: ${CORRIDOR.join(' → ')}; leaf rooms are imported by nobody.`,
          ),
          {
            group: ['../index.js', '../tasks*.js', '../../index.js', '../../tasks*.js'],
            message: 'A room does not import the module files or the front door.',
          },
          ...(['contract', 'errors', 'codecs', 'backends'].includes(room)
            ? [{ group: ['@nestjs/*'], message: 'This room knows nothing of Nest.' }]
            : []),
          ...(room === 'handlers'
            ? []
            : [
                {
                  group: ['@nestjs/*/internal'],
                  message: 'Only handlers/nest-internals.ts touches Nest internals.',
                },
              ]),
        ],
      },
    ],
  },
}));

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'vitest', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['dist', 'node_modules', 'sample/**/dist', 'sample/**/out', 'coverage'],
  rules: {
    'import/no-cycle': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': [
      'error',
      { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
    ],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'no-console': 'error',
    'no-unused-vars': [
      'error',
      { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
    ],
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'import/no-unassigned-import': ['error', { allow: ['reflect-metadata', '**/*.css'] }],
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-unnecessary-type-conversion': 'off',
    'no-await-in-loop': 'off',
    'import/no-named-as-default-member': 'off',
    'no-shadow': 'off',
    'typescript/no-extraneous-class': ['error', { allowWithDecorator: true, allowStaticOnly: false }],
    'no-underscore-dangle': 'off',
    'unicorn/no-thenable': 'off',
    // They take any method named catch() and any function named done for a promise and its callback.
    'promise/valid-params': 'off',
    'promise/no-promise-in-callback': 'off',
    'promise/no-callback-in-promise': 'off',
    'eslint/no-unmodified-loop-condition': 'off',
    'typescript/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
    'unicorn/consistent-function-scoping': 'off',
    'vitest/require-mock-type-parameters': 'off',
    'vitest/no-conditional-tests': 'off',
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect', 'expect*', 'assert*', 'fc.assert', 'test*'] },
    ],
  },
  overrides: [
    ...roomRules,
    {
      files: ['lib/testing/**/*.ts'],
      rules: { 'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }] },
    },
    {
      files: ['sample/**', 'bench/**', 'scripts/**', 'test/**'],
      rules: {
        'no-console': 'off',
        'import/no-unassigned-import': 'off',
        // A class in the constructor of a Nest provider is its injection token: it must stay a value import.
        'typescript/consistent-type-imports': 'off',
      },
    },
    {
      files: ['test/**'],
      rules: {
        'max-lines': 'off',
        'typescript/unbound-method': 'off',
        'typescript/no-extraneous-class': 'off',
      },
    },
  ],
});
