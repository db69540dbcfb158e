// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exec, type ExecResult } from '../../../src/host/exec.js';
import { sha256File } from '../../../src/host/hash.js';
import type { StepContext } from '../../../src/model/step.js';
import { makePlan } from '../../../src/plan/plan.js';
import { pack } from '../../../src/steps/package.js';
import { planInput } from '../plan/input.js';

const FILES = fileURLToPath(new URL('../../../patches/linux/layer7/files', import.meta.url));
/** Stands for the headers of a kernel: what is asked of kbuild is on record in the module. */
const KBUILD = `modules:
\t@test -f $(M)/layer7_main.c
\t@echo $(CONFIG_NETFILTER_XT_MATCH_LAYER7) > $(M)/xt_layer7.ko
clean:
\t@rm -f $(M)/xt_layer7.ko
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-package-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Packs the match as a run in module mode does. @returns the archive */
async function packed(name: string): Promise<string> {
  const { tasks } = makePlan(planInput({ mode: 'module', version: '1.2.3' }));
  const task = tasks.find(({ id }) => id === 'package:dkms');
  if (task?.verb !== 'package') throw new Error('the plan has no package for DKMS');
  const [out, scratch, dir] = ['out', 'scratch', 'patch'].map((each) => join(root, name, each)) as [
    string,
    string,
    string,
  ];
  for (const each of [out, scratch, dir]) await mkdir(each, { recursive: true });
  await exec(['cp', '-a', FILES, join(dir, 'overlay')]);
  const ctx = { out, scratch, needs: { from: { dir } }, signal: new AbortController().signal };
  await pack(task.params, ctx as unknown as StepContext);
  return join(out, task.params.archive);
}

async function dkms(kernel: string): Promise<ExecResult> {
  const headers = join(root, 'headers');
  await mkdir(join(headers, 'include'), { recursive: true });
  await writeFile(join(headers, 'Makefile'), KBUILD);
  await writeFile(join(headers, '.config'), '');
  await mkdir(join(root, 'tree'), { recursive: true });
  return exec(
    [
      '/usr/sbin/dkms',
      ...['build', '-m', 'xt-layer7', '-v', '1.2.3', '-k', kernel],
      ...['--dkmstree', join(root, 'tree'), '--sourcetree', join(root, 'usr/src')],
      ...['--kernelsourcedir', headers],
    ],
    { accept: [0, 9, 77] },
  );
}

test('DKMS builds what module mode packs for it, for kernels from 5.10 on', async () => {
  await exec(['tar', '--extract', '--file', await packed('one'), '--directory', root]);
  for (const kernel of ['5.10.0-32-cloud-amd64', '6.1.0-1-amd64', '7.2.12+deb14-amd64']) {
    expect(await dkms(kernel)).toMatchObject({ exitCode: 0 });
    const module = join(root, 'tree/xt-layer7/1.2.3', kernel, 'x86_64/module/xt_layer7.ko');
    // Where the machine has a kernel's sign-file, DKMS appends a signature.
    expect((await readFile(module, 'latin1')).slice(0, 2)).toBe('m\n');
  }
  expect((await dkms('5.4.0-1-amd64')).exitCode).not.toBe(0);
  expect((await dkms('4.19.0-1-amd64')).exitCode).not.toBe(0);
}, 300_000);

test("the package's bytes depend on the match alone", async () => {
  expect(await sha256File(await packed('one'))).toBe(await sha256File(await packed('two')));
});
