// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { expect } from 'vitest';

/** What hostile inputs of these tests would write, if they could write outside of their place. */
const OUTSIDE = ['/tmp/l7build-evil', '/l7build-evil'];

/**
 * Notes what stands in a folder.
 *
 * @param apart a name in it that may change
 * @returns sees that nothing was added or taken away there, nor at places outside that hostile inputs name
 */
export function untouched(folder: string, apart?: string): () => void {
  for (const path of OUTSIDE) rmSync(path, { force: true, recursive: true });
  const listing = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => apart === undefined || !path.startsWith(apart))
      .sort();
  const before = listing();
  return () => {
    expect(listing()).toEqual(before);
    expect(OUTSIDE.filter((path) => existsSync(path))).toEqual([]);
  };
}
