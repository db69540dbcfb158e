// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Bench } from './bench.js';

/** What a command cannot do, where the builder says so. */
export function confinementTests(bench: () => Bench): void {
  const made = (name: string) => readFile(join(bench().work, name), 'utf8');

  test('the network is off', async () => {
    if (bench().runtime.confinement.network !== 'off') return;
    await bench().run('cat /proc/net/dev > net; cat /proc/net/route > route 2> /dev/null; true');
    const links = (await made('net')).match(/^\s*[\w@.-]+:/gm) ?? [];
    // Interfaces that kernels bring into every namespace have no addresses; routes lead nowhere.
    expect(links.map((link) => link.trim())).toContain('lo:');
    expect((await made('route')).trim().split('\n').slice(1)).toEqual([]);
  });

  test('only what was named can be written', async () => {
    if (bench().runtime.confinement.filesystem !== 'confined') return;
    const outside = join(bench().root, 'outside');
    const source = join(bench().root, 'source');
    await writeFile(source, 'kept');
    await bench().run(`echo x > ${outside}; echo x >> ${source}; rm -f ${source}; true`);
    await expect(readFile(outside)).rejects.toThrow('ENOENT');
    expect(await readFile(source, 'utf8')).toBe('kept');
  });

  test('the user is none with powers', async () => {
    if (bench().runtime.confinement.user !== 'unprivileged') return;
    await bench().run('grep -E "^(Cap|NoNewPrivs)" /proc/self/status > powers; id -u > user');
    const powers = Object.fromEntries(
      (await made('powers')).split('\n').map((line) => line.split(/:\s*/) as [string, string]),
    );
    expect(powers).toMatchObject({ CapEff: '0000000000000000', NoNewPrivs: '1' });
  });
}
