// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { authorizedKeys } from '../../../src/formats/authorized-keys.js';
import { INSECURE_KEYS, vagrantfile, writeBox } from '../../../src/formats/vagrant.js';
import { exec } from '../../../src/host/exec.js';
import { sha256File } from '../../../src/host/hash.js';

/*
 * What a box has to be: https://developer.hashicorp.com/vagrant/docs/boxes/format; for the provider libvirt:
 * vagrant-libvirt, example_box/README.md and lib/vagrant-libvirt/action/handle_box_image.rb.
 */

const { signal } = new AbortController();
let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'l7build-vagrant-'));
});
afterEach(() => rm(work, { recursive: true }));

async function disk(name: string, size: string): Promise<string> {
  const path = join(work, name);
  await exec(['qemu-img', 'create', '-q', '-f', 'qcow2', path, size]);
  return path;
}

it('has the three files that the provider libvirt asks for, and the disk as it is', async () => {
  const [made, box, unpacked] = [
    await disk('6.1.qcow2', '1100M'),
    join(work, 'x.box'),
    join(work, 'x'),
  ];
  await writeBox(made, box, signal);
  expect((await readFile(box)).subarray(0, 2).toString('hex')).toBe('1f8b');
  const { stdout } = await exec(['tar', '-tzf', box]);
  expect(stdout).toBe('metadata.json\nVagrantfile\nbox.img\n');
  await mkdir(unpacked);
  await exec(['tar', '-C', unpacked, '-xzf', box]);
  expect(JSON.parse(await readFile(join(unpacked, 'metadata.json'), 'utf8'))).toEqual({
    provider: 'libvirt',
    format: 'qcow2',
    virtual_size: 2,
  });
  expect(await sha256File(join(unpacked, 'box.img'))).toBe(await sha256File(made));
  const defaults = await readFile(join(unpacked, 'Vagrantfile'), 'utf8');
  expect(defaults).toMatch(/^Vagrant\.configure\("2"\) do \|config\|$/m);
  for (const line of ['ssh.username = "root"', 'ssh.insert_key = false']) {
    expect(defaults).toContain(`  config.${line}\n`);
  }
});

it('is the same in every byte for the same disk, whatever that is called', async () => {
  const one = await disk('one.qcow2', '8M');
  const two = await disk('two.img', '8M');
  await utimes(two, 1e9, 1e9);
  await writeBox(one, join(work, 'one.box'), signal);
  await writeBox(two, join(work, 'two.box'), signal);
  expect(await sha256File(join(work, 'two.box'))).toBe(await sha256File(join(work, 'one.box')));
});

it('of what is no disk leaves nothing behind', async () => {
  await expect(writeBox(join(work, 'none.qcow2'), join(work, 'x.box'), signal)).rejects.toThrow(
    'qemu-img',
  );
  await writeFile(join(work, 'text.qcow2'), 'text');
  await rm(join(work, 'x.box'), { force: true });
  expect(await readdir(work)).toEqual(['text.qcow2']);
});

it("has Vagrant's keys in a form that the server takes", () => {
  expect(authorizedKeys(INSECURE_KEYS)).toEqual({ text: INSECURE_KEYS });
});

it('is named by a Vagrantfile in which nothing of a name is run', () => {
  expect(vagrantfile("6.1'#{`id`}\\", 'x.box')).toContain("config.vm.box = '6.1\\'#{`id`}\\\\'\n");
});
