// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../src/host/hash.js';
import { campaign, type FaultCase } from './campaign.js';
import { storedIn, type Place } from './ground.js';

/** libfaketime, which tells programs another time (package faketime). */
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The environment in which it is that time: `@2038-01-20 00:00:00`, `+1d`. */
function at(time: string): Record<string, string> {
  return { LD_PRELOAD: LIBRARY, FAKETIME: time, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

const TIMES = {
  'at the beginning of time': '@1970-01-02 00:00:00',
  'before anything of this was written': '@1999-12-31 23:59:59',
  'after the end of 32 bits': '@2038-01-20 00:00:00',
  'in another century': '@2107-01-01 00:00:00',
  yesterday: '-1d',
  tomorrow: '+1d',
};

/** Gives all below a folder the times of another day. */
function moveTimes(folder: string, when: string): void {
  execFileSync('find', [folder, '-exec', 'touch', '-h', '-d', when, '{}', '+']);
}

/** A project whose match has another number in it. */
function editedProject(place: Place): string {
  const project = place.ownProject();
  const file = join(project, 'patches/linux/files/net/netfilter/layer7/xt_layer7.c');
  writeFileSync(file, readFileSync(file, 'utf8').replace('> 10', '> 30'));
  return project;
}

/**
 * A clock that was a day ahead while another version of the match was compiled, and is right again: to make(1)
 * what was compiled then is newer than the sources that are put back.
 */
const ahead: FaultCase = {
  name: 'a work tree of a clock that was ahead',
  store: 'whole',
  run: async (place) => {
    editedProject(place);
    const other = await place.starting(place.job(`${place.out}-other`), at('+1d')).ended;
    if (other.code !== 0) throw new Error(other.stderr);
    for (const path of ['src', 'build']) {
      const home = join(place.cache, 'work', place.entry('unpack:linux').key);
      execFileSync('find', [
        join(home, path),
        ...['-type', 'f', '-links', '1', '-newermt', '1 hour ago'],
        ...['-exec', 'touch', '-d', 'tomorrow', '{}', '+'],
      ]);
    }
    place.project = place.ground.project.dir;
    place.forgetOthers();
    rmSync(place.entry('compile:linux').home, { recursive: true });
    return { ended: [await place.run()], spoiled: ['compile:linux'] };
  },
};

/** An archive whose files are of the year 2100. */
const archive: FaultCase = {
  name: 'sources from the future',
  run: async (place) => {
    const { project } = place.ground;
    const words = ['--sort=name', '--mtime=@4102444800', '--owner=0', '--group=0'];
    const packed = execFileSync('tar', [
      ...['-c', '-I', 'gzip -n', ...words],
      ...['-C', join(project.root, 'trees'), 'linux'],
    ]);
    project.origin.files.set('future/linux-9.9.tar.gz', packed);
    const recipe = join(place.ownProject(), 'recipes/linux/9.9.yaml');
    const text = readFileSync(recipe, 'utf8')
      .replace('/linux-9.9', '/future/linux-9.9')
      .replace(/sha256: .*/, `sha256: ${sha256(packed)}`);
    writeFileSync(recipe, text);
    const ended = [await place.run(), await place.run()];
    place.project = project.dir;
    place.forgetOthers();
    return { ended };
  },
};

campaign(
  'clock',
  [
    ...(['empty', 'whole'] as const).flatMap((store) =>
      Object.entries(TIMES).map(([name, time]): FaultCase => ({
        name: `${name}, with a store that is ${store}`,
        store,
        run: async (place) => ({ ended: [await place.run(at(time))] }),
      })),
    ),
    ...['1970-01-02', '2037-01-01', '2100-01-01'].map((when): FaultCase => ({
      name: `everything in the store is of ${when}`,
      store: 'whole',
      run: async (place) => {
        moveTimes(join(place.cache, 'work'), when);
        moveTimes(join(place.cache, 'locks'), when);
        for (const { home } of storedIn(place.cache)) {
          execFileSync('touch', ['-d', when, join(home, 'manifest.json')]);
        }
        const spoiled = place.forgetReaders('patch:linux');
        const ended = [await place.run()];
        await place.starting(['store', 'gc']).ended;
        // The files of the source tree are those of the work tree.
        return { ended, spoiled: ['unpack:linux', ...spoiled] };
      },
    })),
    ...['1970-01-02', '2100-01-01'].map((when): FaultCase => ({
      name: `a source tree in the store is of ${when}`,
      store: 'whole',
      run: async (place) => {
        moveTimes(place.entry('unpack:linux').files, when);
        const spoiled = place.forgetReaders('unpack:linux');
        return { ended: [await place.run()], spoiled: ['unpack:linux', ...spoiled] };
      },
    })),
    {
      name: 'half-written files of tomorrow in the output folder',
      store: 'whole',
      run: async (place) => {
        mkdirSync(place.out);
        const half = join(place.out, '.bzImage.0123456789ab');
        writeFileSync(half, 'half');
        const tomorrow = Date.now() / 1000 + 86_400;
        utimesSync(half, tomorrow, tomorrow);
        return { ended: [await place.run()] };
      },
    },
    ...['-10y', '+10y'].map((jump): FaultCase => ({
      name: `a clock that jumps by ${jump} in a run`,
      run: async (place, draw) => {
        const time = join(place.root, 'time');
        writeFileSync(time, '+0');
        const env = { ...at(''), FAKETIME_TIMESTAMP_FILE: time, FAKETIME_NO_CACHE: '1' };
        const running = place.run(
          Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'FAKETIME')),
        );
        await sleep(draw(Math.round(place.ground.ms)));
        writeFileSync(time, jump);
        return { ended: [await running] };
      },
    })),
    ahead,
    archive,
  ],
  existsSync(LIBRARY) ? undefined : 'without faketime (l7build doctor --install --dev)',
);
