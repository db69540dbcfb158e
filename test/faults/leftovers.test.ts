// SPDX-License-Identifier: GPL-2.0-only
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { campaign, type Draw, type FaultCase, type Store } from './campaign.js';
import { storedIn, type Place } from './ground.js';

/** What a run that died, or a disk, may have left instead of a file of JSON. */
const NO_JSON = {
  nothing: '',
  'half of it': '{"a":',
  null: 'null',
  'a list': '[1]',
  'a number': '7',
  'NUL bytes': '\0'.repeat(64),
};

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A run after something was left behind, or put in the way. */
function leaving(
  name: string,
  store: Store,
  leave: (place: Place, draw: Draw) => void,
  spoiled: readonly string[] = [],
): FaultCase {
  return {
    name,
    store,
    run: async (place, draw) => {
      leave(place, draw);
      return { ended: [await place.run()], spoiled };
    },
  };
}

/** The key that a task has here; the store that has it may be another. */
function keyOf({ ground }: Place, task: string): string {
  const found = storedIn(ground.project.cache).find((entry) => entry.task === task);
  if (found === undefined) throw new Error(`no entry of ${task}`);
  return found.key;
}

/** The kernel's work tree and what was made in it. */
function work(place: Place, ...path: string[]): string {
  return join(place.cache, 'work', keyOf(place, 'unpack:linux'), ...path);
}

/** Lets a work tree be made in the place, and then something of it be lost. */
function inWorkTree(name: string, lose: (place: Place, draw: Draw) => void): FaultCase {
  return {
    name: `in the work tree: ${name}`,
    store: 'whole',
    run: async (place, draw) => {
      const again = (): void => {
        rmSync(place.entry('compile:linux').home, { recursive: true });
      };
      again();
      const before = await place.run();
      again();
      lose(place, draw);
      return { ended: [before, await place.run()], spoiled: ['compile:linux'] };
    },
  };
}

/** Something of another kind stands where the program has a file or folder: told, and right when it is gone. */
function inTheWay(
  name: string,
  where: (place: Place) => string,
  kind: 'file' | 'folder',
): FaultCase {
  return {
    name: `a ${kind} in the way: ${name}`,
    store: name.startsWith('out') ? 'whole' : 'empty',
    run: async (place) => {
      const path = where(place);
      rmSync(path, { recursive: true, force: true });
      if (kind === 'folder') mkdirSync(path, { recursive: true });
      else put(path, 'in the way');
      const ended = [await place.run()];
      rmSync(path, { recursive: true, force: true });
      return { ended, codes: [2, 3] };
    },
  };
}

/** A link stands where an artifact goes: what it leads to is not written to. */
function linked(name: string): FaultCase {
  return {
    name: `out/${name} as a link to elsewhere`,
    store: 'whole',
    run: async (place) => {
      const elsewhere = join(place.root, 'elsewhere');
      put(elsewhere, 'not ours');
      mkdirSync(place.out);
      symlinkSync('../elsewhere', join(place.out, name));
      const ended = [await place.run()];
      if (readFileSync(elsewhere, 'utf8') !== 'not ours') throw new Error('it was written to');
      return { ended };
    },
  };
}

const TASKS = ['fetch:linux', 'unpack:linux', 'patch:linux', 'compile:linux', 'image:initramfs'];

campaign('leftovers', [
  ...Object.entries(NO_JSON).flatMap(([what, text]) => [
    leaving(`times.json: ${what}`, 'whole', ({ cache }) => {
      put(join(cache, 'times.json'), text);
    }),
    leaving(`objects.json: ${what}`, 'whole', (place) => {
      put(join(place.cache, 'objects.json'), text);
    }),
    inWorkTree(`its state: ${what}`, (place) => {
      put(work(place, 'src.json'), text);
    }),
  ]),
  ...TASKS.flatMap((task) => [
    leaving(`staging of ${task}, half written`, 'empty', (place) => {
      const home = join(place.cache, 'staging', keyOf(place, task));
      put(join(home, 'entry/files/half'), 'half');
      put(join(home, 'scratch/deep/er'), 'half');
    }),
    leaving(`an entry of ${task} without a manifest`, 'empty', (place) => {
      put(join(place.cache, 'entries', keyOf(place, task), 'files/half'), 'half');
    }),
    leaving(`a lock of ${task} with something in it`, 'empty', (place) => {
      put(join(place.cache, 'locks', keyOf(place, task)), '4711\n');
    }),
  ]),
  leaving('staging of a task that nobody knows', 'empty', ({ cache }) => {
    put(join(cache, 'staging', 'f'.repeat(64), 'entry/files/half'), 'half');
  }),
  leaving('the lock of all who read', 'whole', ({ cache }) => {
    put(join(cache, 'locks/in-use'), '4711\n');
  }),
  leaving('strange names in the store', 'whole', ({ cache }) => {
    put(join(cache, 'entries/README'), 'no entry');
    put(join(cache, 'entries/.hidden/manifest.json'), '{}');
    mkdirSync(join(cache, 'entries/manifest.json/manifest.json'), { recursive: true });
    symlinkSync('nowhere', join(cache, 'entries/link'));
  }),
  leaving(
    'a quarantine that has the entry already',
    'whole',
    (place) => {
      const { key, files } = place.entry('configure:linux');
      put(join(place.cache, 'quarantine', key, 'files/old'), 'old');
      place.forgetReaders('configure:linux');
      truncateSync(join(files, 'config'), 1);
    },
    ['configure:linux', 'compile:linux', 'image:initramfs', 'package:modules', 'package:headers'],
  ),
  inWorkTree('it is gone', (place) => {
    rmSync(work(place, 'src'), { recursive: true });
  }),
  inWorkTree('what was made is gone', (place) => {
    rmSync(work(place, 'build'), { recursive: true });
  }),
  inWorkTree('half of another one', (place) => {
    put(work(place, 'src.partial/half'), 'half');
    put(work(place, 'src.new'), 'half');
  }),
  inWorkTree('torn objects, and the mark of a run that was at them', (place, draw) => {
    const build = work(place, 'build');
    const objects = readdirSync(build, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:o|ko|a)$/.test(path))
      .map((path) => join(build, path));
    truncateSync(objects[draw(objects.length)] ?? '', 1);
    put(join(build, '.l7build-compiling'), '');
  }),
  inWorkTree('an empty kernel, and the mark of a run that was at it', (place) => {
    for (const name of ['vmlinux', 'System.map', 'arch/x86/boot/bzImage']) {
      if (existsSync(work(place, 'build', name))) truncateSync(work(place, 'build', name), 0);
    }
    put(work(place, 'build/.l7build-compiling'), '');
  }),
  inTheWay('cache', ({ cache }) => cache, 'file'),
  ...['entries', 'staging', 'locks', 'work'].map((name) =>
    inTheWay(`cache/${name}`, ({ cache }) => join(cache, name), 'file'),
  ),
  inTheWay('cache/times.json', ({ cache }) => join(cache, 'times.json'), 'folder'),
  inTheWay('cache/objects.json', ({ cache }) => join(cache, 'objects.json'), 'folder'),
  inTheWay('cache/locks/in-use', ({ cache }) => join(cache, 'locks/in-use'), 'folder'),
  inTheWay('out', ({ out }) => out, 'file'),
  inTheWay('out/logs', ({ out }) => join(out, 'logs'), 'file'),
  ...['bzImage', 'report.json', 'report.md', 'config'].map((name) =>
    inTheWay(`out/${name}`, ({ out }) => join(out, name), 'folder'),
  ),
  ...['bzImage', 'initramfs.cpio.gz', 'report.json', 'provenance.json'].flatMap((name) => [
    leaving(`half of an earlier out/${name}`, 'whole', ({ out }) => {
      put(join(out, name), 'half');
    }),
    linked(name),
  ]),
]);
