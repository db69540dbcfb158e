// SPDX-License-Identifier: GPL-2.0-only
import type { Source } from '../model/source.js';
import type { Manifest } from '../model/store.js';
import { canonical } from '../plan/fingerprint.js';
import type { Store } from './store.js';

/** Gives the version that was fetched last of a source, as far as the store has it and the source tells one. */
export type LastFetched = (name: string, source: Source) => string | undefined;

/** Reads what a store has of sources, once for all questions. */
export async function lastFetched(store: Store): Promise<LastFetched> {
  const fetched = (await store.entries())
    .map(({ manifest }) => manifest)
    .filter(({ inputs }) => inputs?.verb === 'fetch')
    .sort((a, b) => (a.created < b.created ? -1 : 1));
  const versions = new Map(
    fetched.map(({ inputs, facts }) => [canonical(inputs?.params), versionOf(facts)]),
  );
  return (name, source) => versions.get(canonical({ name, source }));
}

function versionOf({ version }: Manifest['facts']): string | undefined {
  return typeof version === 'string' ? version : undefined;
}
