// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { campaign, type Draw, type FaultCase } from './campaign.js';
import type { Place } from './ground.js';

/** Every kind of entry that a run has, by the task that made it. */
const ENTRIES = [
  'fetch:linux',
  'fetch:iptables',
  'unpack:linux',
  'unpack:iptables',
  'patch:linux',
  'patch:iptables',
  'configure:linux',
  'compile:linux',
  'compile:iptables',
  'package:modules',
  'package:headers',
  'package:iptables',
  'package:l7-protocols',
  'image:initramfs',
];

type Damage = (file: string, draw: Draw) => void;

/** What happens to a file. */
const OF_FILES = {
  'a bit of a file flipped': (file: string, draw: Draw) => {
    const bytes = readFileSync(file);
    const at = draw(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    writeFileSync(file, bytes);
  },
  'a file cut short': (file: string, draw: Draw) => {
    truncateSync(file, draw(statSync(file).size));
  },
  'a file whose end was never written': (file: string, draw: Draw) => {
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, draw(bytes.length)));
  },
  'a file gone': (file: string) => {
    rmSync(file);
  },
} satisfies Readonly<Record<string, Damage>>;

/** What happens to a manifest beside that. */
const OF_MANIFESTS: Readonly<Record<string, Damage>> = {
  'its manifest cut short': OF_FILES['a file cut short'],
  'its manifest empty': (file) => {
    truncateSync(file, 0);
  },
  'its manifest gone': (file) => {
    rmSync(file);
  },
  'a bit of its manifest flipped': OF_FILES['a bit of a file flipped'],
  'its manifest another kind of JSON': (file, draw) => {
    const words = ['null', '[]', '{}', '7', '{"files":7}', '{"files":[null],"task":1}'];
    writeFileSync(file, words[draw(words.length)] ?? '');
  },
};

/** A file of an entry that has some bytes. */
function someFile(folder: string, draw: Draw): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name))
    .filter((path) => statSync(path).size > 0)
    .sort();
  return files[draw(files.length)] ?? '';
}

/** A run that has to read what is damaged, and finds nothing made from it. */
async function reading(place: Place, task: string, damage: () => void): Promise<FaultTrial> {
  const forgotten = place.forgetReaders(task);
  damage();
  return {
    ended: [await place.run()],
    spoiled: [task, ...forgotten],
    codes: [3],
    says: /was damaged in the store/,
  };
}
type FaultTrial = Awaited<ReturnType<FaultCase['run']>>;

/** The tree's files are those of the work tree too: the kernel must not be made from the damaged ones. */
const workTree: FaultCase = {
  name: 'unpack:linux: a file cut short in a tree that a work tree is linked to',
  store: 'whole',
  run: async (place, draw) => {
    place.forgetReaders('unpack:linux');
    const before = await place.run();
    const { ended, ...rest } = await reading(place, 'unpack:linux', () => {
      OF_FILES['a file cut short'](join(place.entry('unpack:linux').files, 'init/main.c'), draw);
    });
    return { ...rest, ended: [before, ...ended] };
  },
};

campaign('damage', [
  workTree,
  ...ENTRIES.flatMap((task): FaultCase[] => [
    ...Object.entries(OF_FILES).map(([what, damage]): FaultCase => ({
      name: `${task}: ${what}`,
      store: 'whole',
      run: (place, draw) =>
        reading(place, task, () => {
          damage(someFile(place.entry(task).files, draw), draw);
        }),
    })),
    ...Object.entries(OF_MANIFESTS).map(([what, damage]): FaultCase => ({
      name: `${task}: ${what}`,
      store: 'whole',
      run: (place, draw) =>
        reading(place, task, () => {
          damage(join(place.entry(task).home, 'manifest.json'), draw);
        }),
    })),
  ]),
]);
