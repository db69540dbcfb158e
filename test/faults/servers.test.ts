// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ARCHIVE } from '../cli/project.js';
import { BrokenServer, Cutter } from './broken-server.js';
import { campaign, type FaultCase } from './campaign.js';
import type { Place } from './ground.js';
import { ENDURED, REFUSED } from './manners.js';
import { NGINX, Nginx } from './nginx.js';

const NAME = ARCHIVE.linux;
const RECIPE = 'recipes/linux/9.9.yaml';

let nginx: Nginx;
let broken: BrokenServer;
let cutter: Cutter;
const lacking = existsSync(NGINX) ? undefined : 'without nginx (l7build doctor --install --dev)';
beforeAll(async () => {
  if (lacking !== undefined) return;
  nginx = await Nginx.start();
  broken = new BrokenServer();
  cutter = new Cutter(nginx.port);
  await Promise.all([broken.start(), cutter.start()]);
});
afterAll(async () => {
  if (lacking === undefined) await Promise.all([nginx.stop(), broken.stop(), cutter.stop()]);
});

/** The archive that the servers have, or do not have. */
function archive({ ground }: Place): Buffer {
  const bytes = ground.project.origin.files.get(NAME);
  if (bytes === undefined) throw new Error(`the project offers no ${NAME}`);
  nginx.put(NAME, bytes);
  return bytes;
}

type Addresses = (place: Place) => readonly string[];

/** Runs with these addresses in the recipe. */
async function asking(place: Place, addresses: readonly string[]): ReturnType<Place['run']> {
  const recipe = join(place.ownProject(), RECIPE);
  const lines = addresses.map((url) => `      - ${JSON.stringify(url)}\n`).join('');
  const text = readFileSync(recipe, 'utf8').replace(/^ +- http.*\n/m, lines);
  writeFileSync(recipe, text);
  const ended = await place.run();
  place.project = place.ground.project.dir;
  return ended;
}

const TOLD = /could not be downloaded|has a wrong checksum|is at none of its addresses/;

/** A source whose addresses are bad, and one that has a good one after the bad. */
function refused(name: string, addresses: Addresses): FaultCase[] {
  return [
    {
      name,
      store: 'whole',
      run: async (place) => ({
        ended: [await asking(place, addresses(place))],
        codes: [3],
        says: TOLD,
      }),
    },
    {
      name: `${name}, and a good one after it`,
      store: 'whole',
      run: async (place) => ({
        ended: [await asking(place, [...addresses(place), nginx.url('plain', NAME)])],
      }),
    },
  ];
}

function endured(name: string, addresses: Addresses): FaultCase {
  return {
    name,
    store: 'whole',
    run: async (place) => ({ ended: [await asking(place, addresses(place))] }),
  };
}

const served =
  (path: string): Addresses =>
  (place) => {
    archive(place);
    return [nginx.url(path, NAME)];
  };

/** nginx behind a line that is cut in the middle of the archive. */
const cut =
  (path: string, times: number): Addresses =>
  (place) => {
    const after = Math.floor(archive(place).length / 2);
    return [`${cutter.cutting(times, after)}/${path}/${NAME}`];
  };

campaign(
  'servers',
  [
    ...[
      ...['plain', 'moved', 'for-good', 'three', 'slow', 'no-ranges', 'encoded', 'page-type'],
      ...['packing', 'behind'],
    ].map((path) => endured(`nginx: ${path}`, served(path))),
    ...[
      ...['403', '404', '410', '418', '429', '500', '503', 'unauthorized', 'nothing', 'closed'],
      ...['page', 'round', 'dead', 'nowhere', 'file', 'ftp', 'garbage', 'behind-dead'],
      ...['other', 'short', 'long', 'empty', 'hole'],
    ].flatMap((path) => refused(`nginx: ${path}`, served(path))),
    endured('nginx, a line cut once', cut('plain', 1)),
    endured('nginx, a line cut twice', cut('plain', 2)),
    endured('nginx that gives no parts, a line cut once', cut('no-ranges', 1)),
    ...refused('nginx, a line cut again and again', cut('plain', 3)),
    ...Object.entries(ENDURED).map(([name, manner]) =>
      endured(name, (place) => [broken.url(manner, archive(place), NAME)]),
    ),
    ...Object.entries(REFUSED).flatMap(([name, manner]) =>
      refused(name, (place) => [broken.url(manner, archive(place), NAME)]),
    ),
    ...refused('TLS where there is none', () => [
      nginx.url('plain', NAME).replace('http:', 'https:'),
    ]),
  ],
  lacking,
);
