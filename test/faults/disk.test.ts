// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { canMount, sized, unmount } from '../cli/mounts.js';
import { campaign, type FaultCase, type Trial } from './campaign.js';
import type { Place } from './ground.js';

/** More than a whole store of the fake project, and than its output folder: KiB and files. */
const ENOUGH = { cache: { kib: 1600, files: 420 }, out: { kib: 120, files: 40 } };

/** Runs with a small file system under a folder; what came of it stands in the plain folder then. */
async function cramped(
  place: Place,
  folder: string,
  kib: number,
  ...options: string[]
): Promise<Trial> {
  sized(folder, kib, ...options);
  const ended = [await place.run()];
  const kept = `${folder}.kept`;
  execFileSync('cp', ['-a', folder, kept]);
  unmount(folder);
  rmSync(folder, { recursive: true });
  renameSync(kept, folder);
  return { ended, codes: [3], says: /no space left for \S+/ };
}

/** Sizes spread from nothing to enough, each somewhere in its part. */
function sizes(
  count: number,
  what: 'cache' | 'out',
  unit: 'kib' | 'files',
  run: (place: Place, size: number) => Promise<Trial>,
): FaultCase[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${what} with room for few ${unit}, ${String(index + 1)} of ${String(count)}`,
    run: (place, draw) =>
      run(place, 4 + Math.round((ENOUGH[what][unit] * (index + draw(1000) / 1000)) / count)),
  }));
}

campaign(
  'disk',
  [
    ...sizes(16, 'cache', 'kib', (place, kib) => cramped(place, place.cache, kib)),
    ...sizes(6, 'out', 'kib', (place, kib) => cramped(place, place.out, kib)),
    ...sizes(8, 'cache', 'files', (place, files) =>
      cramped(place, place.cache, 65_536, `nr_inodes=${String(files)}`),
    ),
    ...sizes(4, 'out', 'files', (place, files) =>
      cramped(place, place.out, 65_536, `nr_inodes=${String(files)}`),
    ),
  ],
  canMount() ? undefined : 'since only root may mount a small file system',
);
