// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastFetched } from '../../../src/engine/last-fetched.js';
import { Store } from '../../../src/engine/store.js';
import type { Source } from '../../../src/model/source.js';
import { fetchTask } from '../../../src/plan/tasks.js';
import { fingerprint, keyOf } from '../../../src/plan/fingerprint.js';

let store: Store;
beforeEach(async () => {
  store = new Store(await mkdtemp(join(tmpdir(), 'l7build-last-')));
});
afterEach(() => rm(store.root, { recursive: true }));

const package_ = (suite: string): Source => ({
  ...{ kind: 'apt', suite, type: 'binary', package: 'linux-source' },
});

/** Puts an entry of a fetch into the store. @param known the manifest says what it was made from */
async function fetched(
  suite: string,
  version: string,
  created: string,
  known = true,
): Promise<void> {
  const inputs = fingerprint(fetchTask('linux', 'linux', package_(suite)), {}, [version]);
  const key = keyOf(inputs);
  await store.stage(key);
  await store.publish({
    ...{ key, task: 'fetch:linux', digest: key, files: [], derived: true, created, ms: 1 },
    ...(known ? { inputs } : {}),
    facts: { version },
  });
}

test('is the version of the newest entry of that very source', async () => {
  await fetched('bookworm', '2', '2026-01-02T00:00:00Z');
  await fetched('bookworm', '1', '2026-01-01T00:00:00Z');
  await fetched('bookworm', '3', '2026-01-03T00:00:00Z', false);
  await fetched('trixie', '4', '2026-01-04T00:00:00Z');
  const had = await lastFetched(store);
  expect(had('linux', package_('bookworm'))).toBe('2');
  expect(had('linux', package_('trixie'))).toBe('4');
  expect(had('linux', package_('forky'))).toBeUndefined();
  expect(had('headers', package_('bookworm'))).toBeUndefined();
});

test('is unknown in a store that has nothing', async () => {
  expect((await lastFetched(store))('linux', package_('bookworm'))).toBeUndefined();
});
