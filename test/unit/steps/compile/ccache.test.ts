// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../../../../src/host/tools.js';
import { sha256File } from '../../../../src/host/hash.js';
import { ccacheWords, type CcacheUse } from '../../../../src/model/ccache.js';
import type { Era } from '../../../../src/model/recipe.js';
import type { Runtime } from '../../../../src/model/runtime.js';
import type { StepContext } from '../../../../src/model/step.js';
import type { Entry } from '../../../../src/model/store.js';
import { openBuilder } from '../../../../src/runtimes/index.js';
import { ccacheEnv, countsIn, openCcache } from '../../../../src/steps/compile/ccache.js';

const MODERN: Era = { name: 'modern', panicNow: '-1', userland: 'host' };

let root: string;
let runtime: Runtime;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-ccache-'));
  for (const name of ['src', 'store']) await mkdir(join(root, name));
  const builder = await openBuilder('host', { cache: root, jobs: 1 });
  runtime = await builder.open(undefined);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

function entry(key: string, dir = root): Entry {
  const manifest = { key, task: '', digest: key, files: [], derived: true, facts: {} };
  return { dir, manifest: { ...manifest, created: '', ms: 0 } };
}

async function context(change: Partial<StepContext> = {}): Promise<StepContext> {
  return {
    taskId: 'compile:linux',
    project: root,
    out: join(root, 'out'),
    scratch: await mkdtemp(join(root, 'scratch-')),
    needs: { tree: entry('tree1') },
    cache: join(root, 'store'),
    log: join(root, 'log'),
    policy: { mirrors: [], offline: true },
    runtime: () => Promise.resolve(runtime),
    jobs: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
    ...change,
  };
}

/** Compiles src/FILE anew, by the name of the compiler, in a step of its own. */
async function compile(
  file: string,
  change: Partial<StepContext> = {},
): Promise<{ use: CcacheUse; sha256: string }> {
  const ctx = await context(change);
  const ccache = await openCcache(MODERN, ctx);
  const cwd = join(root, 'src');
  await rm(join(cwd, 'out.o'), { force: true });
  await runtime.run({
    argv: ['gcc', '-g', '-O2', '-c', '-o', 'out.o', file],
    cwd,
    log: ctx.log,
    signal: ctx.signal,
    ...ccache.command,
    writable: [cwd, ...ccache.command.writable],
  });
  return { use: await ccache.use(), sha256: await sha256File(join(cwd, 'out.o')) };
}

const put = (name: string, text: string): Promise<void> => writeFile(join(root, 'src', name), text);
const folders = (): Promise<string[]> => readdir(join(root, 'store/ccache'));

test('the environment leaves nothing to files that others may write, nor to the compiler’s date', () => {
  expect(ccacheEnv('/store/ccache/x')).toEqual({
    CCACHE_DIR: '/store/ccache/x',
    CCACHE_CONFIGPATH: '/dev/null',
    CCACHE_COMPILERCHECK: 'content',
    CCACHE_MAXSIZE: '2G',
  });
});

test('its numbers are read by their names', () => {
  const lines = ['cache_miss\t6', 'direct_cache_hit\t1290', 'preprocessed_cache_hit\t44', 'x\t9'];
  expect(countsIn(lines)).toEqual({ hits: 1334, misses: 6 });
  expect(countsIn(['no such thing'])).toEqual({ hits: 0, misses: 0 });
});

test('people are told how many objects it had', () => {
  expect(ccacheWords({ hits: 1334, misses: 6 })).toBe('ccache had 1334 of 1340 objects (99 %)');
  expect(ccacheWords({ hits: 0, misses: 0 })).toBe('ccache had 0 of 0 objects (0 %)');
  expect(ccacheWords({ off: 'the run was told so' })).toBe('without ccache: the run was told so');
});

describe('it is off', () => {
  const reason = async (change: Partial<StepContext>, era = MODERN): Promise<string> => {
    const ccache = await openCcache(era, await context(change));
    expect(ccache.command).toEqual({ env: {}, writable: [] });
    const told = await ccache.use();
    return 'off' in told ? told.off : 'it is on';
  };

  test('where the toolchain’s root has none, whatever the machine has', async () => {
    const needs = { tree: entry('tree1'), toolchain: entry('root1', join(root, 'src')) };
    expect(await reason({ needs })).toBe('the toolchain has none');
  });

  test('for trees whose compiler gets flags of its era', async () => {
    const era: Era = { ...MODERN, name: '2.6', compiler: { flags: [], oldest: 9, newest: 16 } };
    expect(await reason({}, era)).toContain('of the era 2.6');
  });

  test('in virtual machines', async () => {
    const inVm = { ...runtime, name: 'qemu' } as const;
    expect(await reason({ runtime: () => Promise.resolve(inVm) })).toContain('9p');
  });

  test('where a ccache is there that does not run', async () => {
    const toolchain = join(root, 'src');
    await mkdir(join(toolchain, 'root/usr/bin'), { recursive: true });
    await writeFile(join(toolchain, 'root/usr/bin/ccache'), '');
    const refusing = { ...runtime };
    refusing.run = (command) => runtime.run({ ...command, argv: ['false', ...command.argv] });
    const needs = { tree: entry('tree1'), toolchain: entry('root1', toolchain) };
    const told = await reason({ needs, runtime: () => Promise.resolve(refusing) });
    expect(told).toMatch(/^it does not work here: /);
  });
});

describe.skipIf(findProgram('ccache') === undefined)('where ccache is installed', () => {
  test('what was compiled before is the same in every byte, and counted', async () => {
    await put('a.c', 'const char *where(void) { return __FILE__; }\n');
    // Where ccache is off, the compiler is called as it is.
    const off = { ...runtime, name: 'qemu' } as const;
    const without = await compile('a.c', { runtime: () => Promise.resolve(off) });
    const first = await compile('a.c');
    const second = await compile('a.c');
    expect(first).toEqual({ use: { hits: 0, misses: 1 }, sha256: without.sha256 });
    expect(second).toEqual({ use: { hits: 1, misses: 0 }, sha256: without.sha256 });
  });

  test('another tree and another toolchain have folders of their own', async () => {
    await put('a.c', 'int a;\n');
    await compile('a.c');
    const other = await compile('a.c', { needs: { tree: entry('tree2') } });
    expect(other.use).toEqual({ hits: 0, misses: 1 });
    runtime = { ...runtime, toolchain: { ...runtime.toolchain, ld: 'GNU ld 99' } };
    expect((await compile('a.c')).use).toEqual({ hits: 0, misses: 1 });
    expect(await folders()).toEqual([
      expect.stringMatching(/^tree1-[0-9a-f]{12}$/),
      expect.stringMatching(/^tree1-[0-9a-f]{12}$/),
      expect.stringMatching(/^tree2-[0-9a-f]{12}$/),
    ]);
  });

  test('settings that a compile left in the folder are not read', async () => {
    await put('a.c', 'int a;\n');
    await compile('a.c');
    const [folder = ''] = await folders();
    await writeFile(join(root, 'store/ccache', folder, 'ccache.conf'), 'disable = true\n');
    expect((await compile('a.c')).use).toEqual({ hits: 1, misses: 0 });
  });

  test('a header that changed is compiled, and so is what is compiled with other macros', async () => {
    await put('a.h', '#define A 1\n');
    await put('a.c', '#include "a.h"\nint a = A;\n');
    const one = await compile('a.c');
    await put('a.h', '#define A 2\n');
    const two = await compile('a.c');
    expect(two.use).toEqual({ hits: 0, misses: 1 });
    expect(two.sha256).not.toBe(one.sha256);
    await put('a.h', '#define A 1\n');
    expect((await compile('a.c')).sha256).toBe(one.sha256);
  });

  test.each(['.incbin "data"', '\t.incbin\t"data"'])(
    'what the assembler takes from a file (%j) is never an earlier one',
    async (line) => {
      await put('data', 'AAAA');
      await put('a.S', `${line}\n`);
      await compile('a.S');
      await put('data', 'BBBB');
      await compile('a.S');
      expect((await readFile(join(root, 'src/out.o'))).includes('BBBB')).toBe(true);
    },
  );
});
