// SPDX-License-Identifier: GPL-2.0-only
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { campaign, type FaultCase, type Store, type Trial } from './campaign.js';
import type { Outcome, Place } from './ground.js';

/** So many runs at once, each with an output folder of its own. */
function several(place: Place, count: number): Promise<Outcome[]> {
  const outs = Array.from({ length: count }, (_, index) => `${place.out}-${String(index)}`);
  return Promise.all(outs.map((out) => place.run({}, { out })));
}

const cases = (
  counts: readonly number[],
  what: string,
  store: Store,
  run: (place: Place, count: number, draw: Parameters<FaultCase['run']>[1]) => Promise<Trial>,
): FaultCase[] =>
  counts.map((count) => ({
    name: `${String(count)} ${what}`,
    store,
    run: (place, draw) => run(place, count, draw),
  }));

const READ = ['fetch:linux', 'patch:linux', 'configure:linux', 'compile:linux', 'compile:iptables'];

/** The tasks that a fault hit before: the runs make those and what depends on them. */
const ALL = (place: Place): string[] => place.before.map(({ task }) => task);

campaign('together', [
  ...cases([2, 3, 4, 5, 6, 7, 8], 'runs on an empty store', 'empty', async (place, count) => ({
    ended: await several(place, count),
  })),
  ...cases([2, 3, 4, 6, 8], 'runs on a store with damage', 'whole', async (place, count, draw) => {
    const task = READ[draw(READ.length)] ?? '';
    const { files, manifest } = place.entry(task);
    const forgotten = place.forgetReaders(task);
    truncateSync(join(files, manifest.files[draw(manifest.files.length)]?.path ?? ''), 0);
    return {
      ended: await several(place, count),
      spoiled: [task, ...forgotten],
      codes: [3],
      says: /was damaged in the store/,
    };
  }),
  ...cases([2, 3, 4], 'runs into one output folder', 'empty', async (place, count) => ({
    ended: await Promise.all(Array.from({ length: count }, () => place.run())),
  })),
  ...cases(
    [2, 3, 4, 5],
    'runs, and one more that is killed',
    'empty',
    async (place, count, draw) => {
      const victim = place.starting(place.job(`${place.out}-victim`));
      const others = several(place, count);
      await sleep(draw(Math.round(place.ground.ms * 2)));
      victim.signalGroup('SIGKILL');
      await victim.ended;
      return { ended: await others };
    },
  ),
  ...cases([2, 3, 4], 'runs while the store is checked', 'empty', async (place, count) => {
    const others = several(place, count);
    for (let turn = 0; turn < 3; turn += 1) await place.starting(['store', 'verify']).ended;
    return { ended: await others };
  }),
  ...cases([2, 3, 4], 'runs while all of the store is removed', 'whole', async (place, count) => {
    const others = several(place, count);
    for (let turn = 0; turn < 3; turn += 1) {
      await place.starting(['store', 'gc', '--size', '0']).ended;
    }
    return { ended: await others, spoiled: ALL(place) };
  }),
]);
