// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IptablesRecipe } from '../../../../src/model/recipe.js';
import type { StepContext } from '../../../../src/model/step.js';
import type { Entry } from '../../../../src/model/store.js';
import { loadIptablesRecipe } from '../../../../src/recipe/index.js';
import { openBuilder } from '../../../../src/runtimes/index.js';
import { compileIptables, iptablesSite } from '../../../../src/steps/compile/iptables.js';
import { patch } from '../../../../src/steps/patch.js';
import { isStatic } from '../../../../src/vm/initramfs/libraries.js';
import { failureOf } from '../../recipe/project.js';

const PROJECT = fileURLToPath(new URL('../../../..', import.meta.url));
const TREE = join(PROJECT, 'test/fixtures/fake-iptables');
const GLIBC = { what: 'iptables', configure: [], libc: 'glibc' } as const;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-iptables-'));
  await cp(TREE, join(root, 'tree'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

function entry(dir: string): Entry {
  const manifest = { key: '', task: '', digest: dir, files: [], derived: false, facts: {} };
  return { dir, manifest: { ...manifest, created: '', ms: 0 } };
}

/** Patches the tree with one series of a recipe of the project, or with none. */
async function patched(series: IptablesRecipe['series']): Promise<void> {
  const [out, scratch] = [join(root, 'patch'), join(root, 'contents')];
  for (const folder of [out, scratch]) await mkdir(folder);
  const ctx = {
    project: PROJECT,
    needs: { tree: entry(join(root, 'tree')) },
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
  };
  await patch({ series, fuzz: 0 }, { ...ctx, out, scratch } as unknown as StepContext);
}

/** @param home folder below `root` that everything is made in */
async function context(home: string): Promise<StepContext> {
  const at = (name: string): string => join(root, home, name);
  for (const name of ['out', 'scratch', 'cache']) await mkdir(at(name), { recursive: true });
  const builder = await openBuilder('host', { cache: root, jobs: 1 });
  return {
    taskId: 'compile:iptables',
    project: PROJECT,
    out: at('out'),
    scratch: at('scratch'),
    needs: { tree: entry(join(root, 'tree')), patch: entry(join(root, 'patch')) },
    cache: at('cache'),
    log: at('log'),
    policy: { mirrors: [], offline: true },
    runtime: () => builder.open(undefined),
    jobs: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
  };
}

describe.each(['1.4.7', '1.4.21'])('the recipe %s', (version) => {
  it('lays headers over an old tree with which it compiles for musl: static, from any folder the same', async () => {
    const { configure, libc, series } = await loadIptablesRecipe(PROJECT, version);
    await patched(series.filter(({ name }) => name === 'musl'));
    const made: Buffer[] = [];
    for (const home of ['one', 'another/one']) {
      const ctx = await context(home);
      await compileIptables({ what: 'iptables', configure, libc }, ctx);
      const program = join(ctx.out, 'root/usr/sbin/iptables');
      expect(execFileSync(program, { encoding: 'utf8' })).toBe('./src/iptables.c 81\n');
      expect(await isStatic(program)).toBe(true);
      expect(existsSync(join(ctx.scratch, 'build/found'))).toBe(false);
      made.push(await readFile(program));
    }
    expect(made[0]?.equals(made[1] ?? Buffer.of())).toBe(true);
  });
});

describe('sources without a configure', () => {
  beforeEach(async () => {
    await rm(join(root, 'tree/configure'));
    await writeFile(join(root, 'tree/configure.ac'), 'AC_INIT\n');
    await patched([]);
    await mkdir(join(root, 'home'));
  });

  const site = (programs: readonly string[]): ReturnType<typeof iptablesSite> => {
    const needs = {
      tree: entry(join(root, 'tree')),
      patch: entry(join(root, 'patch')),
      toolchain: entry(join(root, 'toolchain')),
    };
    return Promise.all(
      programs.map(async (program) => {
        const file = join(root, 'toolchain/root/usr/bin', program);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, '');
      }),
    ).then(() => iptablesSite(GLIBC, { taskId: 'compile:iptables', needs }, join(root, 'home')));
  };

  it('get one first, in files of their own', async () => {
    const { prepare } = await site(['autoreconf', 'automake', 'libtoolize', 'pkg-config']);
    const src = join(root, 'home/src');
    expect(prepare.map(([program, ...rest]) => [program, rest.at(-1)])).toEqual([
      ['autoreconf', src],
      [join(src, 'configure'), '--disable-dependency-tracking'],
    ]);
    expect(statSync(join(src, 'configure.ac')).nlink).toBe(1);
  });

  it('need programs that are named with their packages', async () => {
    expect(await failureOf(site(['autoreconf', 'pkg-config']))).toMatchObject({
      reason: 'host-lacks',
      message: expect.stringContaining('the toolchain has no automake, libtoolize') as string,
      hints: [expect.stringContaining('lists automake libtool:') as string],
    });
  });

  it('are refused if they have no configure.ac either', async () => {
    await rm(join(root, 'tree/configure.ac'));
    expect(await failureOf(site([]))).toMatchObject({
      reason: 'command-failed',
      message: 'the sources of iptables have neither configure nor configure.ac',
    });
  });
});
