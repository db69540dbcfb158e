// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeSeed } from '../../../src/formats/seed.js';
import { exec } from '../../../src/host/exec.js';
import { sha256File } from '../../../src/host/hash.js';

const { signal } = new AbortController();
const SEED = {
  hostname: 'wall',
  authorizedKeys: "ssh-ed25519 AAAAC3Nz+/= a 'user': #1\nssh-rsa AAAAB3Nz\n",
};
let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'l7build-seed-'));
});
afterEach(() => rm(work, { recursive: true }));

async function read(volume: string, name: string): Promise<string> {
  return (await exec(['mtype', '-i', volume, `::/${name}`])).stdout;
}

it('is a volume of FAT, labelled as clouds do, with what cloud-init reads as name and keys', async () => {
  const volume = join(work, 'seed.img');
  await writeSeed(SEED, volume, signal);
  const { stdout } = await exec(['blkid', '-p', '-o', 'export', volume]);
  expect(stdout).toMatch(/^LABEL=CIDATA$/m);
  expect(stdout).toMatch(/^TYPE=vfat$/m);
  expect(parse(await read(volume, 'meta-data'))).toMatchObject({ 'local-hostname': 'wall' });
  const user = await read(volume, 'user-data');
  expect(user).toMatch(/^#cloud-config\n/);
  expect(parse(user)).toEqual({
    ssh_authorized_keys: ['ssh-ed25519 AAAAC3Nz+/=', 'ssh-rsa AAAAB3Nz'],
  });
});

it('is the same in every byte each time, and numbered otherwise for another name', async () => {
  const made = async (name: string, hostname: string): Promise<string> => {
    await writeSeed({ ...SEED, hostname }, join(work, name), signal);
    return join(work, name);
  };
  const [one, two, other] = [
    await made('1', 'wall'),
    await made('2', 'wall'),
    await made('3', 'x'),
  ];
  expect(await sha256File(two)).toBe(await sha256File(one));
  const number = async (path: string): Promise<unknown> =>
    (parse(await read(path, 'meta-data')) as Record<string, unknown>)['instance-id'];
  expect(await number(other)).not.toBe(await number(one));
  expect((await readdir(work)).sort()).toEqual(['1', '2', '3']);
});
