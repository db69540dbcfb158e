// SPDX-License-Identifier: GPL-2.0-only
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundToItself, canMount, readOnly, unmount } from '../cli/mounts.js';
import { campaign, type FaultCase, type Trial } from './campaign.js';
import type { Place } from './ground.js';

type Folder = (place: Place) => string;
const CACHE: Folder = ({ cache }) => cache;
const OUT: Folder = ({ out }) => out;

/** What has to be told of a folder that nobody may write to. */
const TOLD: Omit<Trial, 'ended'> = { codes: [1, 2, 3], says: /read-only|EROFS/i };

/** A run with a folder that is read-only from the beginning. */
async function shut(place: Place, folder: string): Promise<Trial> {
  boundToItself(folder);
  readOnly(folder);
  const ended = [await place.run()];
  unmount(folder);
  return { ended, ...TOLD };
}

/** A run whose folder becomes read-only after so many milliseconds, as a file system with errors does. */
async function shutting(place: Place, folder: string, ms: number): Promise<Trial> {
  boundToItself(folder);
  const running = place.starting(place.job());
  const end = new AbortController();
  const ended = running.ended.finally(() => {
    end.abort();
  });
  await sleep(ms);
  while (!end.signal.aborted && !readOnly(folder)) await sleep(5);
  const outcome = { ...(await ended), out: place.out };
  unmount(folder);
  place.age();
  return { ended: [outcome], ...TOLD };
}

function moments(count: number, what: string, folder: Folder): FaultCase[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${what} becomes so in a run, ${String(index + 1)} of ${String(count)}`,
    run: (place, draw) => {
      const part = (index + draw(1000) / 1000) / count;
      return shutting(place, folder(place), Math.round(place.ground.ms * part));
    },
  }));
}

campaign(
  'read-only',
  [
    { name: 'an empty cache', run: (place) => shut(place, place.cache) },
    { name: 'a whole cache', store: 'whole', run: (place) => shut(place, place.cache) },
    ...['fetch:linux', 'patch:linux', 'compile:linux', 'image:initramfs'].map(
      (task): FaultCase => ({
        name: `a cache without ${task}`,
        store: 'whole',
        run: async (place) => {
          rmSync(place.entry(task).home, { recursive: true });
          return { ...(await shut(place, place.cache)), spoiled: [task] };
        },
      }),
    ),
    { name: 'an empty output folder', store: 'whole', run: (place) => shut(place, place.out) },
    {
      name: 'an output folder that has everything',
      store: 'whole',
      run: async (place) => {
        const before = await place.run();
        const { ended, ...told } = await shut(place, place.out);
        return { ...told, ended: [before, ...ended] };
      },
    },
    ...moments(8, 'the cache', CACHE),
    ...moments(6, 'the output folder', OUT),
  ],
  canMount() ? undefined : 'since only root may mount',
);
