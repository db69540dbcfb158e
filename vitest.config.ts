// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Without a guest: seconds. `npm test` and `npm run check` run these three. */
const fast = ['unit', 'contract', 'cli'].map((name) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 30_000, hookTimeout: 60_000 },
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

export default defineConfig({
  test: {
    projects: [...fast, guest],
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
