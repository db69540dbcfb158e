// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failed } from '../../src/model/failure.js';
import type { BuildCommand, BuilderName, Runtime } from '../../src/model/runtime.js';
import { openRuntime } from '../../src/runtimes/index.js';

/** What every builder promises; a new one is added to this list. */
const BUILDERS: readonly BuilderName[] = ['host'];

describe.each(BUILDERS)('builder %s', (name) => {
  let root: string;
  let work: string;
  let runtime: Runtime;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'l7build-runtime-'));
    work = join(root, 'work');
    await mkdir(work);
    await mkdir(join(root, 'cache'));
    runtime = await openRuntime(name, join(root, 'cache'));
  });

  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  const command = (script: string, change: Partial<BuildCommand> = {}): BuildCommand => ({
    argv: ['sh', '-c', script],
    cwd: work,
    env: {},
    writable: [work],
    log: join(root, 'log'),
    signal: new AbortController().signal,
    ...change,
  });
  const failure = async (script: string, change: Partial<BuildCommand> = {}) => {
    const error: unknown = await runtime.run(command(script, change)).catch((e: unknown) => e);
    if (error instanceof Failed) return error.failure;
    throw new Error(`no failure but ${String(error)}`);
  };

  test('tells the versions of its tools', () => {
    expect(runtime.name).toBe(name);
    expect(runtime.toolchain['gcc']).toMatch(/gcc .*\d/);
    expect(runtime.toolchain['make']).toMatch(/GNU Make \d/);
  });

  test('runs a command in its folder, and what it writes is the caller’s', async () => {
    await runtime.run(command('echo text > made'));
    expect(await readFile(join(work, 'made'), 'utf8')).toBe('text\n');
    await writeFile(join(work, 'made'), 'changed by the caller');
  });

  test('gives the command the asked environment and nothing of the caller’s', async () => {
    await runtime.run(command('env > seen', { env: { SOURCE_DATE_EPOCH: '7' } }));
    const seen = await readFile(join(work, 'seen'), 'utf8');
    expect(seen).toMatch(/^SOURCE_DATE_EPOCH=7$/m);
    expect(seen).toMatch(/^LC_ALL=C$/m);
    expect(seen).not.toMatch(/^(USER|LOGNAME|npm_|VITEST)/m);
  });

  test('follows output line by line and keeps it in the log', async () => {
    const lines: string[] = [];
    const onLine = (line: string): void => {
      lines.push(line);
    };
    await runtime.run(command('echo one; echo two >&2', { onLine }));
    expect(lines.sort()).toEqual(['one', 'two']);
    expect(await readFile(join(root, 'log'), 'utf8')).toContain('two');
  });

  test('a command that fails is told with its last lines and its log', async () => {
    const found = await failure('echo x.c:3: error: no such thing; exit 2');
    expect(found.reason).toBe('command-failed');
    expect(found.details?.join('\n')).toContain('x.c:3: error: no such thing');
    expect(found.log).toBe(join(root, 'log'));
  });

  test('an interrupted command ends, with its children, and is told as such', async () => {
    const stop = new AbortController();
    const marker = `l7build-${String(process.pid)}`;
    const running = failure(`sh -c 'sleep 60; : ${marker}' & wait`, { signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 300);
    expect((await running).reason).toBe('interrupted');
  });

  test('keeps what it says of its confinement', async () => {
    const { network, filesystem, user } = runtime.confinement;
    const outside = join(root, 'outside');
    const script = `cat /proc/net/dev > net; id -u > user; echo x > ${outside} || true`;
    await runtime.run(command(script));
    const links = (await readFile(join(work, 'net'), 'utf8')).match(/^\s*\w+:/gm) ?? [];
    if (network === 'off') expect(links.map((link) => link.trim())).toEqual(['lo:']);
    if (filesystem === 'confined') await expect(readFile(outside)).rejects.toThrow('ENOENT');
    if (user === 'unprivileged' && filesystem === 'confined') {
      expect(await readFile(join(work, 'user'), 'utf8')).not.toBe('0\n');
    }
  });
});

test('a builder that this version does not have is not applicable, and those it has are named', async () => {
  const { failure } = (await openRuntime('podman', tmpdir()).catch((e: unknown) => e)) as Failed;
  expect(failure.reason).toBe('not-applicable');
  expect(failure.hints?.join()).toContain('host');
});
