// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../cli/program.js';
import { campaign, type FaultCase, type Store, type Trial } from './campaign.js';
import type { Outcome, Place } from './ground.js';
import { survivors } from './judge.js';

/** Longest time after its start at which a run is killed, as a part of what an undisturbed one takes. */
const LATEST = 1.1;

type Blow = (running: Running) => void;

const GROUP: Blow = (running) => {
  running.signalGroup('SIGKILL');
};
const ALONE: Blow = (running) => {
  running.signal('SIGKILL');
};

/** Kills a run at a moment; what comes of it if it was done before. */
async function killed(
  place: Place,
  ms: number,
  blow: Blow,
  words: readonly string[] = place.job(),
): Promise<Outcome[]> {
  const running = place.starting(words);
  await sleep(ms);
  blow(running);
  const ended = await running.ended;
  await survivors(place);
  place.age();
  return ended.code === undefined ? [] : [{ ...ended, out: place.out }];
}

function moment({ ground }: Place, part: number): number {
  return Math.round(ground.ms * LATEST * part);
}

/** Cases of one sort, spread over the time of a run, each at a moment of its own. */
function spread(
  count: number,
  what: string,
  store: Store,
  run: (place: Place, ms: () => number, draw: Parameters<FaultCase['run']>[1]) => Promise<Trial>,
): FaultCase[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${what}, ${String(index + 1)} of ${String(count)}`,
    store,
    run: (place, draw) => {
      const ms = (): number => moment(place, (index + draw(1000) / 1000) / count);
      return run(place, ms, draw);
    },
  }));
}

/** Tasks whose outputs others read. */
const READ = ['fetch:linux', 'unpack:linux', 'patch:linux', 'configure:linux', 'compile:iptables'];

campaign('kill', [
  ...spread(24, 'the whole group', 'empty', async (place, ms) => ({
    ended: await killed(place, ms(), GROUP),
  })),
  ...spread(12, 'the program alone', 'empty', async (place, ms) => ({
    ended: await killed(place, ms(), ALONE),
  })),
  ...spread(6, 'three times in one store', 'empty', async (place, ms) => ({
    ended: [
      ...(await killed(place, ms(), GROUP)),
      ...(await killed(place, ms(), GROUP)),
      ...(await killed(place, ms(), GROUP)),
    ],
  })),
  ...spread(10, 'while some of it is made again', 'whole', async (place, ms, draw) => {
    const spoiled = place.forgetReaders(READ[draw(READ.length)] ?? '');
    return { ended: await killed(place, ms(), GROUP), spoiled };
  }),
  ...spread(4, 'store verify', 'whole', async (place, ms) => {
    await killed(place, ms(), GROUP, ['store', 'verify']);
    return { ended: [] };
  }),
  ...spread(4, 'store gc', 'whole', async (place, ms) => {
    await killed(place, ms(), GROUP, ['store', 'gc', '--size', '0']);
    return { ended: [], spoiled: place.before.map(({ task }) => task) };
  }),
]);
