// SPDX-License-Identifier: GPL-2.0-only
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const SPDX = ' SPDX-License-Identifier: GPL-2.0-only';

/** Every source file says its licence in its first line (after a `#!` line). */
const spdx = {
  create: (context) => ({
    Program(node) {
      const first = context.sourceCode.getAllComments().find(({ type }) => type === 'Line');
      if (first?.value !== SPDX || first.loc.start.line > 2) {
        context.report({ node, message: `the first line has to be //${SPDX}` });
      }
    },
  }),
};

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'coverage/', 'test/fixtures/'] },
  eslint.configs.recommended,
  {
    plugins: { l7build: { rules: { spdx } } },
    rules: {
      'l7build/spdx': 'error',
      'max-lines': ['error', 300],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_$', ignoreRestSiblings: true },
      ],
      // The compiler knows `process` and the rest of Node.
      'no-undef': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'writable' },
    },
  },
  {
    // Programs of the workshop print; in the product only the user interface does.
    files: ['scripts/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/cli/main.ts', 'src/ui/**'],
    rules: { 'no-console': 'off' },
  },
);
