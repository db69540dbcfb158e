// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Kinds of faults that no test of the command line has: a few cases of each run with those. */
const FEW_FAULTS = ['clock', 'damage', 'leftovers', 'readonly', 'servers'];

/** Without a guest: minutes. `npm test` and `npm run check` run these three. */
const fast = ['unit', 'contract', 'cli'].map((name) => ({
  test: {
    name,
    include: [
      `test/${name}/**/*.test.ts`,
      ...(name === 'cli' ? [`test/faults/{${FEW_FAULTS.join(',')}}.test.ts`] : []),
    ],
    env: { L7BUILD_TEST_FAULTS_EVERY: '9' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
}));

/** Boots guests, some after a build: minutes. One file at a time, since each takes the machine. */
const guest = {
  test: {
    name: 'guest',
    include: ['test/guest/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
};

/** Runs under faults: ten minutes. `npm run test:faults` runs them. See docs/faults.md. */
const faults = {
  test: { name: 'faults', include: ['test/faults/**/*.test.ts'], hookTimeout: 60_000 },
};

/** Opens pages in a browser, which is too heavy to be asked for by the others. `npm run test:browser` runs it. */
const browser = {
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 300_000,
  },
};

export default defineConfig({
  test: {
    projects: [...fast, guest, faults, browser],
    coverage: {
      // v8's, which counts the lines of programs that tests start too: commands are tested as users run them.
      provider: 'custom',
      customProviderModule: fileURLToPath(new URL('test/coverage/provider.ts', import.meta.url)),
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 90 },
    },
  },
});
