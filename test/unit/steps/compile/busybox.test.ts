// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SymbolRequest } from '../../../../src/model/recipe.js';
import type { StepContext } from '../../../../src/model/step.js';
import type { Entry } from '../../../../src/model/store.js';
import { openBuilder } from '../../../../src/runtimes/index.js';
import { busyboxSite, compileBusybox } from '../../../../src/steps/compile/busybox.js';
import { isStatic } from '../../../../src/vm/initramfs/libraries.js';
import { failureOf } from '../../recipe/project.js';

const TREE = fileURLToPath(new URL('../../../fixtures/fake-busybox', import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-busybox-'));
});
afterEach(() => rm(root, { recursive: true }));

function entry(dir: string): Entry {
  const manifest = { key: '', task: '', digest: dir, files: [], derived: false, facts: {} };
  return { dir, manifest: { ...manifest, created: '', ms: 0 } };
}

const request = (symbol: string, value: string): SymbolRequest => ({
  ...{ symbol, value, why: 'the guest needs it' },
  ...{ file: 'guest.config', line: 1 },
});

/** Compiles the tree in a folder of its own; gives what came out and the log. */
async function compile(
  home: string,
  requests: readonly SymbolRequest[],
): Promise<{ readonly busybox: string; readonly config: string }> {
  const at = (name: string): string => join(root, home, name);
  for (const name of ['out', 'scratch', 'cache']) await mkdir(at(name), { recursive: true });
  await cp(TREE, at('tree'), { recursive: true, preserveTimestamps: true });
  const builder = await openBuilder('host', { cache: join(root, home), jobs: 1 });
  const ctx: StepContext = {
    taskId: 'compile:busybox',
    project: root,
    out: at('out'),
    scratch: at('scratch'),
    needs: { tree: entry(at('tree')) },
    cache: at('cache'),
    log: at('log'),
    policy: { mirrors: [], offline: true },
    runtime: () => builder.open(undefined),
    jobs: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
  };
  await compileBusybox(
    { what: 'busybox', config: { base: 'defconfig', fragments: [], requests } },
    ctx,
  );
  const config = await readFile(at('scratch/build/.config'), 'utf8');
  return { busybox: at('out/busybox'), config };
}

test('a busybox is of musl and the kernel’s headers, static, and the same from any folder', async () => {
  const requests = [request('STATIC', 'y'), request('TC', 'n')];
  const first = await compile('one', requests);
  const second = await compile('another/one', requests);
  expect(execFileSync(first.busybox, { encoding: 'utf8' })).toBe('./busybox.c 1 0\n');
  expect(await isStatic(first.busybox)).toBe(true);
  expect(first.config.split('\n').sort()).toEqual([
    '',
    '# CONFIG_TC is not set',
    'CONFIG_ASH=y',
    'CONFIG_STATIC=y',
  ]);
  expect((await readFile(first.busybox)).equals(await readFile(second.busybox))).toBe(true);
});

test('a toolchain without musl is told before anything starts', async () => {
  const ctx = { taskId: 'compile:busybox', needs: { tree: entry(TREE), toolchain: entry(root) } };
  expect(await failureOf(busyboxSite(ctx, root))).toMatchObject({
    reason: 'host-lacks',
    message: 'the toolchain has no musl-gcc, which compiles for old kernels',
    hints: [expect.stringContaining('lists musl-tools') as string],
  });
});

test('a symbol that busybox does not have fails the build by its place', async () => {
  const failed = await failureOf(compile('one', [request('NO_SUCH_APPLET', 'y')]));
  expect(failed).toMatchObject({
    reason: 'config-unmet',
    message: 'CONFIG_NO_SUCH_APPLET=y cannot be met: it is n',
    details: [expect.stringContaining('guest.config:1') as string],
  });
});
