import tseslint from 'typescript-eslint'
import fpts from 'eslint-plugin-fp-ts'

// Few rules, each for a bug that happens in this kind of code; the layout is prettier's business and
// the layers are dependency-cruiser's.
export default tseslint.config(
  {
    ignores: [
      'dist',
      'coverage',
      'node_modules',
      'test/fixtures',
      'adapters/home/sample',
      'bench/data',
      'bench/results',
      '**/*.js',
      '**/*.cjs',
      '**/*.mjs'
    ]
  },
  ...tseslint.configs.recommendedTypeChecked, // brings no-floating-promises
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    plugins: { 'fp-ts': fpts },
    rules: {
      'fp-ts/no-discarded-pure-expression': 'error', // a TaskEither nobody ran
      // A written `default` is a decision (most record types show nothing); no default must be exhaustive.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true }
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off', // `async () => E.right(x)` is a TaskEither
      // `const { a, ...rest } = x` is how a member is left out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }]
    }
  },
  {
    // A `describe` body is a table of contents, chai asserts with bare expressions, and recorded
    // answers are JSON nobody typed.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off'
    }
  }
)
