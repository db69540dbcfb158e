// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rootOf, toolsOfHost } from '../../../src/runtimes/jail-root.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'l7build-root-'));
  for (const name of ['usr', 'lib32', 'etc/alternatives', 'etc/ssl', 'home', 'run', 'dev', 'proc'])
    await mkdir(join(dir, name), { recursive: true });
  for (const name of ['etc/passwd', 'etc/shadow', 'etc/ssl/openssl.cnf', 'vmlinuz'])
    await writeFile(join(dir, name), '');
  await symlink('usr/bin', join(dir, 'bin'));
  await symlink('/run/x', join(dir, 'var'));
});
afterEach(() => rm(dir, { recursive: true }));

test('of a toolchain’s root tools and settings are shown, and no place where the store may lie', async () => {
  const { parts, links } = await rootOf(dir);
  expect([...parts].sort()).toEqual(['etc', 'lib32', 'usr']);
  expect(links).toEqual([['bin', 'usr/bin']]);
});

test('of the machine only tools are shown, and of its settings those that tools read', async () => {
  const { parts, links } = await toolsOfHost(dir);
  expect([...parts].sort()).toEqual([
    'etc/alternatives',
    'etc/passwd',
    'etc/ssl/openssl.cnf',
    'lib32',
    'usr',
  ]);
  expect(links).toEqual([['bin', 'usr/bin']]);
});
