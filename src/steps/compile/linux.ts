// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { placeConfig } from '../../kconfig/place-config.js';
import type { CompileParams } from '../../model/task.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { withWorkTree } from '../../series/work-tree.js';
import { kbuildEnv, kbuildMake } from '../kbuild.js';
import { need } from '../needs.js';
import { countObjects } from './progress.js';
import { guardTorn } from './torn.js';

type Params = Extract<CompileParams, { what: 'linux' }>;

/**
 * Builds kernel, modules and user headers in the tree's own O= folder, which is kept: after a change of one
 * file only what depends on it is compiled again.
 */
export async function compileLinux(params: Params, ctx: StepContext): Promise<StepResult> {
  return withWorkTree(ctx, async ({ src, build }) => {
    await placeConfig(join(need(ctx, 'config').dir, 'config'), build);
    const runtime = await ctx.runtime();
    const env = await kbuildEnv(src);
    const onLine = countObjects(ctx);
    const make = (...targets: string[]): Promise<void> =>
      runtime.run({
        argv: kbuildMake(src, build, params.arch, targets),
        cwd: build,
        env,
        writable: [build, ctx.out],
        log: ctx.log,
        signal: ctx.signal,
        onLine,
      });
    await guardTorn(build, () => make(`-j${String(ctx.jobs)}`, 'bzImage', 'modules'));
    const modules = join(ctx.out, 'modules');
    await mkdir(modules, { recursive: true });
    await make(`INSTALL_MOD_PATH=${modules}`, 'INSTALL_MOD_STRIP=1', 'modules_install');
    await make(`INSTALL_HDR_PATH=${join(ctx.out, 'headers/usr')}`, 'headers_install');
    return { facts: { release: await collect(build, ctx.out, params.arch) } };
  });
}

/** Copies what a kernel is made of beside its modules. Returns its release string. */
async function collect(build: string, out: string, arch: string): Promise<string> {
  await copyFile(
    join(build, 'arch', arch === 'x86_64' ? 'x86' : arch, 'boot/bzImage'),
    join(out, 'bzImage'),
  );
  await copyFile(join(build, 'System.map'), join(out, 'System.map'));
  await copyFile(join(build, '.config'), join(out, 'config'));
  const release = (await readFile(join(build, 'include/config/kernel.release'), 'utf8')).trim();
  for (const link of ['build', 'source']) {
    await rm(join(out, 'modules/lib/modules', release, link), { force: true });
  }
  return release;
}
