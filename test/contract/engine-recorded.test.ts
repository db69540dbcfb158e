// SPDX-License-Identifier: GPL-2.0-only
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { exec } from '../../src/host/exec.js';
import { findProgram } from '../../src/host/tools.js';
import type { Entry } from '../../src/model/store.js';
import { makeTinyRoot } from '../../src/runtimes/engine/tiny-root.js';
import { openBuilder } from '../../src/runtimes/index.js';

const HERE = fileURLToPath(new URL('engine/', import.meta.url));
/** Every call of the scenario below, and what a live engine answered. */
const RECORDING = join(HERE, 'docker.jsonl');
/** Number of the entry's digest, so that its image has a name of its own. */
const DIGEST = 'feedc0ffee00'.padEnd(64, '0');

interface Call {
  readonly argv: readonly string[];
  readonly exit: number;
  readonly stdout: string;
}

const real = findProgram('docker');
const live = real !== undefined && (await answers(real));

async function answers(docker: string): Promise<boolean> {
  const asked = exec([docker, 'info'], { timeoutMs: 10_000 });
  return asked.then(
    ({ stdout }) => stdout.includes('Server Version'),
    () => false,
  );
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l7build-recorded-'));
  const docker = join(folder, 'bin', 'docker');
  await mkdir(join(folder, 'bin'));
  await copyFile(join(HERE, 'recorder.mjs'), docker);
  await chmod(docker, 0o755);
  await writeFile(join(folder, 'calls'), '');
  // Without a suffix, node takes it for what package.json says.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`);
  vi.stubEnv('L7BUILD_RECORDER', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Opens the builder in a fresh store and runs two commands in it. */
async function scenario(): Promise<{ calls: Call[]; why: string; user: string }> {
  const [cache, dir, work] = ['cache', 'entry', 'work'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(work);
  await mkdir(dir);
  await makeTinyRoot(join(dir, 'root'));
  await mkdir(join(dir, 'root/usr/bin'), { recursive: true });
  await copyFile('/usr/bin/env', join(dir, 'root/usr/bin/env'));
  const facts = { versions: { gcc: 'gcc 12' } };
  const manifest = { digest: DIGEST, facts } as unknown as Entry['manifest'];
  const builder = await openBuilder('docker', { cache, jobs: 2, memory: 2 ** 30 });
  const runtime = await builder.open({ toolchain: { dir, manifest } });
  for (const argv of [
    ['sh', '-c', 'echo > made'],
    ['/bin/sh', '-c', 'echo "$1"', 'sh', 'a b'],
  ] as const) {
    await runtime.run({
      ...{ argv, cwd: work, env: { ARCH: 'x86' }, writable: [work], log: join(folder, 'log') },
      signal: new AbortController().signal,
    });
  }
  expect(await readFile(join(work, 'made'), 'utf8')).toBeDefined();
  const lines = (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  const calls = lines.map((line) => JSON.parse(line) as Call);
  return { calls, why: builder.why, user: builder.confinement.user };
}

/** Calls without what differs from run to run and from machine to machine. */
function normal(calls: readonly Call[]): Call[] {
  const same = (text: string): string =>
    text
      .replaceAll(folder, '/FOLDER')
      .replace(/l7build-\d+-\d+-\d+-[0-9a-f]+/g, 'l7build-1-2-3-ab')
      .replace(/\b[0-9a-f]{64}\b/g, 'f'.repeat(64))
      .replace(/^(Total reclaimed space: ).*/gm, '$10B')
      .replace(/^[0-9a-f]{12}$/gm, 'f'.repeat(12));
  return calls.map(({ argv, exit, stdout }) => ({
    argv: argv.map((word, nth) => {
      const before = argv[nth - 1] ?? '';
      if (before === '--user') return 'UID:GID';
      if (before.startsWith('--memory')) return 'BYTES';
      return before === '--pids-limit' ? 'COUNT' : same(word);
    }),
    exit,
    stdout: same(stdout),
  }));
}

async function recorded(): Promise<Call[]> {
  const lines = (await readFile(RECORDING, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Call);
}

test.runIf(live)(
  'a live engine accepts the calls that are recorded',
  async (context) => {
    vi.stubEnv('L7BUILD_REAL_DOCKER', real);
    const { calls, why } = await scenario();
    if (!why.includes('works here')) {
      context.skip(`this engine needs other words: ${why}`);
      return;
    }
    const now = normal(calls);
    if (process.env['L7BUILD_RECORD'] !== undefined) {
      await writeFile(RECORDING, now.map((call) => `${JSON.stringify(call)}\n`).join(''));
    }
    const then = await recorded();
    expect(now.map(({ argv }) => argv)).toEqual(then.map(({ argv }) => argv));
    expect(now.map(({ exit }) => exit)).toEqual(then.map(({ exit }) => exit));
    await exec(['docker', 'image', 'rm', `localhost/l7build/toolchain:${DIGEST.slice(0, 12)}`]);
  },
  120_000,
);

test('without an engine, the same calls are made to what answers as the engine did', async () => {
  await copyFile(RECORDING, join(folder, 'answers'));
  const { calls, why, user } = await scenario();
  expect(normal(calls).map(({ argv }) => argv)).toEqual((await recorded()).map(({ argv }) => argv));
  expect(why).toContain('works here');
  expect(user).toBe(process.getuid?.() === 0 ? 'root' : 'unprivileged');
}, 120_000);
