// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exec } from '../../../src/host/exec.js';
import { BWRAP, findJail, OPEN, UNSHARE, type Bounds } from '../../../src/runtimes/confine.js';
import { toolsOfHost, type Root } from '../../../src/runtimes/jail-root.js';

let work: string;
let root: Root;

beforeEach(async () => {
  root = await toolsOfHost();
  work = await mkdtemp(join(tmpdir(), 'l7build-confine-'));
});

afterEach(async () => {
  await rm(work, { recursive: true });
});

const bounds = (): Bounds => ({ root, home: '/root', readable: [], writable: [work], cwd: work });

test('the argv of bubblewrap binds the writable directories after hiding the home', () => {
  const argv = BWRAP.wrap(['make', 'all'], {
    root,
    home: '/home/u',
    readable: ['/home/u/.cache/store'],
    writable: ['/home/u/.cache/store/work'],
    cwd: '/home/u/.cache/store/work',
  });
  const words = argv.join(' ');
  expect(words).toMatch(/--tmpfs \/home\/u --ro-bind \S+store \S+store --bind \S+work \S+work/);
  expect(argv.slice(-3)).toEqual(['--', 'make', 'all']);
});

test('without namespaces a command runs as it is', () => {
  expect(OPEN.wrap(['make'], bounds())).toEqual(['make']);
  expect(UNSHARE.wrap(['make'], bounds()).slice(-2)).toEqual(['--', 'make']);
});

test('the jail found here keeps a command off the network, and writes only where it may', async () => {
  const jail = await findJail();
  const script = 'cat /proc/net/dev > seen; echo x > /etc/l7build-escape || echo kept >> seen';
  const { exitCode } = await exec(jail.wrap(['sh', '-c', script], bounds()), { accept: [0, 1, 2] });
  expect(exitCode).toBe(0);
  const seen = await readFile(join(work, 'seen'), 'utf8');
  if (jail.confinement.network === 'off') expect(seen).not.toMatch(/eth|ens|enp/);
  if (jail.confinement.filesystem === 'confined') expect(seen).toContain('kept');
});

test('bubblewrap hides the home, and what is written belongs to the caller', async () => {
  if ((await findJail()) !== BWRAP) return;
  await writeFile(join(work, 'secret'), 'x');
  const home = { ...bounds(), home: work, writable: [], cwd: '/' };
  const { exitCode } = await exec(BWRAP.wrap(['cat', join(work, 'secret')], home), {
    accept: [0, 1],
  });
  expect(exitCode).toBe(1);
});

test('unshare, where it works, leaves a command no network and no powers', async (context) => {
  const script = 'grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; cat /proc/net/dev; echo end';
  const jailed = exec(UNSHARE.wrap(['sh', '-c', script], bounds())).catch(() => undefined);
  const stdout = (await jailed)?.stdout;
  if (stdout === undefined) context.skip('this machine allows no namespaces');
  expect(stdout).toMatch(/^CapEff:\s0{16}\nNoNewPrivs:\s1\n/);
  expect(stdout).toMatch(/lo:/);
  expect(stdout).not.toMatch(/eth|ens|enp/);
});
