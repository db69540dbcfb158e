// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import { FakeProject } from './project.js';

/** What is on a disk, and when it is made; that disks boot is shown in test/guest. */
const RULES = '*filter\n-A FORWARD -j DROP\nCOMMIT\n';
/** The project itself, which has kernels of every era. */
const PROJECT = join(import.meta.dirname, '../..');
/** Where the partition begins. */
const START = 1024 ** 2;

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
  project.put('firewall.rules', RULES);
  project.put('recipes/disk/counted.rules', RULES.replace('DROP', 'ACCEPT'));
});
afterAll(() => project.remove());

const path = (name: string): string => join(project.root, name);
const image = (...words: string[]): ReturnType<FakeProject['run']> =>
  project.run('image', '--kernel', '9.9', ...words);
const mtools = (program: string, ...words: string[]): Buffer =>
  execFileSync(program, ['-i', `${path('a.img')}@@${String(START)}`, ...words]);
const digestOf = (name: string): string => sha256(readFileSync(path(name)));

it('has the kernel and both initramfs, and is the same again wherever and whenever it is made', async () => {
  const rules = ['--rules', path('project/firewall.rules'), '--format', 'raw'];
  const first = await image(...rules, '--out', path('a.img'));
  expect(first.stderr).toBe('');
  expect(first.stdout).toMatch(/^Disk: .*\/a\.img$/m);
  const names = mtools('mdir', '-a', '-b', '::/').toString();
  for (const name of ['bzImage', 'initrd.0', 'initrd.1', 'syslinux.cfg', 'ldlinux.sys']) {
    expect(names).toContain(`::/${name}`);
  }
  const overlay = execFileSync('gunzip', { input: mtools('mtype', '::/initrd.1') });
  const words = ['-i', '--quiet', '--to-stdout', 'etc/iptables.rules'];
  expect(execFileSync('cpio', words, { input: overlay }).toString()).toBe(RULES);

  const again = await image(...rules, '--out', path('b.img'));
  expect(again.stdout).not.toMatch(/^start/m);
  const { cache } = project;
  project.cache = path('other-cache');
  const elsewhere = ['image', '--kernel', '9.9', ...rules, '--out', path('c.img')];
  const made = await project.start(elsewhere, { TZ: 'Asia/Tokyo', MTOOLS_DATE_STRING: 'dd-mm-yy' })
    .ended;
  expect(made.code).toBe(0);
  project.cache = cache;
  expect([digestOf('b.img'), digestOf('c.img')]).toEqual([digestOf('a.img'), digestOf('a.img')]);
});

it('comes with a domain for libvirt', async () => {
  const { code, stdout } = await image('--libvirt', '--hostname', 'wall');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Domain: .*\/out\/9\.9\.xml\. Next: virsh create /m);
  const domain = readFileSync(path('out/9.9.xml'), 'utf8');
  expect(domain).toContain('<name>wall</name>');
  expect(domain).toContain(`<source file="${path('out/9.9.qcow2')}">`);
  const about = execFileSync('qemu-img', ['info', '--output=json', path('out/9.9.qcow2')]);
  expect(JSON.parse(about.toString())).toMatchObject({ format: 'qcow2' });
});

it.each([
  [['--rules', 'no-such.rules'], /--rules no-such\.rules: there is no such file/],
  [['--rules', '/etc/passwd'], /it is not what iptables-save prints[^]*iptables-save >/],
  [['--rules', '/dev/zero'], /it is not what iptables-save prints/],
  [['--hostname', 'a b'], /small letters, digits and dashes/],
  [['--password', 'opensesame'], /has to be a hash/],
  [['--password', '$5$salt$hash:0:0:\nroot2'], /has to be a hash/],
  [['--format', 'vhd'], /qcow2, raw/],
  [
    ['--format', 'oci', '--password', '$5$salt$hash', '--rules', '/etc/passwd'],
    /--rules, --password: only for disks/,
  ],
  [['--vagrant'], /add --userland debian/],
  [['--vagrant', '--userland', 'small', '--format', 'raw'], /qcow2, not raw[^]*leave out --format/],
  [['--seed'], /--seed is for a disk with a server of ssh[^]*add --userland debian/],
  [['--vagrant', '--userland', 'small', '--seed'], /leave out --seed/],
  [['--authorized-keys', '/etc/passwd'], /add --userland debian/],
  [['--userland', 'small', '--authorized-keys', 'no-such.pub'], /there is no such file/],
  [['--userland', 'small', '--authorized-keys', '/etc/passwd'], /line 1 is no public key/],
  [['--userland', 'small', '--authorized-keys', '/dev/zero'], /it has no public key/],
  [['--userland', 'small'], /small/],
])('with %j is refused, and nothing is written', async (words, complaint) => {
  const { code, stderr } = await image(...words, '--out', path('refused/disk'));
  expect(code).toBe(2);
  expect(stderr).toMatch(complaint);
  expect(existsSync(path('refused'))).toBe(false);
});

it.each([
  [[], /no disk is made of linux 2\.6\.32: [^]*C library does not run on it/],
  [['--userland', 'debian'], /no disk is made of linux 2\.6\.32: /],
  [['--format', 'oci'], /no image for containers is made with linux 2\.6\.32: /],
])(
  'of a kernel of the era 2.6 is refused with %j, before anything is asked of the machine',
  async (words, complaint) => {
    const args = ['image', '--kernel', '2.6.32', ...words];
    const { code, stderr } = await project.start(args, { L7BUILD_PROJECT: PROJECT }).ended;
    expect(code).toBe(77);
    expect(stderr).toMatch(complaint);
  },
);

it('that cannot be written leaves nothing behind', async () => {
  const { code, stderr } = await image('--out', '/proc/disk');
  expect(code).toBe(2);
  expect(stderr).toMatch(/the disk \/proc\/disk cannot be written \(E[A-Z]+\)/);
  expect(readdirSync('/proc').filter((name) => name.includes('disk.'))).toEqual([]);
});
