// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { processesAt } from '../../cli/program.js';
import type { Bench } from './bench.js';

/** What every builder promises of a command: folder, environment, output, ends. */
export function commandTests(bench: () => Bench): void {
  const made = (name: string) => readFile(join(bench().work, name), 'utf8');

  test('tells the versions of its tools, and they are those that commands meet', async () => {
    const { toolchain, name } = bench().runtime;
    expect(name).toBe(bench().builder.name);
    expect(toolchain['gcc']).toMatch(/gcc.* \d/);
    await bench().run('for tool in gcc ld make; do $tool --version | head -n 1; done > versions');
    const [gcc, ld, make] = (await made('versions')).split('\n');
    expect({ gcc, ld, make }).toMatchObject({
      gcc: toolchain['gcc'],
      ld: toolchain['ld'],
      make: toolchain['make'],
    });
  });

  test('runs a command in its folder, and what it writes is the caller’s', async () => {
    const folder = join(bench().work, 'a b');
    await mkdir(folder);
    await bench().run('pwd > here; mkdir sub; echo text > sub/made; chmod 700 sub', {
      cwd: folder,
    });
    expect(await made('a b/here')).toBe(`${folder}\n`);
    const { uid, gid } = await stat(join(folder, 'sub/made'));
    expect({ uid, gid }).toEqual({ uid: process.getuid?.(), gid: process.getgid?.() });
    await writeFile(join(folder, 'sub/made'), 'changed by the caller');
  });

  test('gives the command the asked environment and nothing of the caller’s', async () => {
    await bench().run('env > seen', { env: { SOURCE_DATE_EPOCH: '7', KBUILD_BUILD_USER: 'a b' } });
    const seen = (await made('seen')).trim().split('\n').sort();
    // What the shell sets itself.
    expect(seen.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))).toEqual([
      'HOME=/nonexistent',
      'KBUILD_BUILD_USER=a b',
      'LC_ALL=C',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'SOURCE_DATE_EPOCH=7',
      'TZ=UTC',
    ]);
  });

  test('starts a command within a second, a machine within a minute', async ({ annotate }) => {
    const times: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const started = performance.now();
      await bench().run('true');
      times.push(performance.now() - started);
    }
    // The least: what a busy host adds is not the builder's.
    const least = Math.round(Math.min(...times));
    await annotate(`${bench().builder.name} starts a command in ${String(least)} ms`);
    expect(least).toBeLessThan(bench().builder.name === 'qemu' ? 60_000 : 1000);
  });

  test('hands arguments on as they are', async () => {
    const args = ['', ' ', '$HOME', '`id`', '-n', '--', 'ä\n"\''];
    await bench().run('for word; do printf "%s|" "$word"; done > words', {
      argv: ['sh', '-c', 'for word; do printf "%s|" "$word"; done > words', 'sh', ...args],
    });
    expect(await made('words')).toBe(args.map((word) => `${word}|`).join(''));
  });

  test('follows output line by line and keeps it in the log', async () => {
    const lines: string[] = [];
    const onLine = (line: string): void => {
      lines.push(line);
    };
    await bench().run('echo one; echo two >&2', { onLine });
    expect(lines.sort()).toEqual(['one', 'two']);
    expect(await readFile(bench().log, 'utf8')).toContain('two');
  });

  test('reads nothing from the caller’s standard input', async () => {
    await bench().run('cat > input');
    expect(await made('input')).toBe('');
  });

  test('a command that fails is told with its last lines and its log', async () => {
    const found = await bench().failure('echo x.c:3: error: no such thing; exit 2');
    expect(found.reason).toBe('command-failed');
    expect(found.message).toContain('exit code 2');
    expect(found.details?.join('\n')).toContain('x.c:3: error: no such thing');
    expect(found.log).toBe(bench().log);
  });

  test('an interrupted command ends, with its children, and is told as such', async () => {
    const stop = new AbortController();
    const running = bench().failure('sleep 61 & trap "" TERM; echo > started; wait; sleep 62', {
      signal: stop.signal,
    });
    const started = performance.now();
    await until(() => made('started').then(() => true));
    stop.abort();
    expect((await running).reason).toBe('interrupted');
    expect(performance.now() - started).toBeLessThan(20_000);
    await until(() => Promise.resolve(processesAt(bench().root).length === 0));
    expect(processesAt(bench().root)).toEqual([]);
  });

  test('what a command leaves running in the background ends with it', async () => {
    await bench().run('(trap "" HUP; exec sleep 63) > /dev/null 2>&1 &');
    await until(() => Promise.resolve(processesAt(bench().root).length === 0));
    expect(processesAt(bench().root)).toEqual([]);
  });
}

/** Waits until something holds, at most ten seconds; whoever asks looks again afterwards. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds().catch(() => false)) return;
    await sleep(100);
  }
}
