// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dkmsConf } from '../formats/dkms.js';
import { writeTarball } from '../formats/tarball.js';
import type { PackageParams } from '../model/task.js';
import type { Step, StepContext } from '../model/step.js';
import { definitionsOf } from './definitions.js';
import { need } from './needs.js';

/**
 * Packs one directory of a needed task's output, as it is or for DKMS, or definition files, into a
 * reproducible archive.
 */
export const pack: Step<'package'> = async (params, ctx) => {
  await writeTarball(await content(params, ctx), join(ctx.out, params.archive), ctx.signal);
  return {};
};

async function content(params: PackageParams, ctx: StepContext): Promise<string> {
  const prefix = join(ctx.scratch, 'root', params.prefix);
  if (params.directory !== undefined) {
    const directory = join(need(ctx, 'from').dir, params.directory);
    if (params.dkms === undefined) return directory;
    await cp(directory, prefix, { recursive: true });
    await writeFile(join(prefix, 'dkms.conf'), dkmsConf(params.dkms));
    return join(ctx.scratch, 'root');
  }
  await mkdir(prefix, { recursive: true });
  for (const { name, path } of await definitionsOf(params.definitions ?? [], ctx)) {
    await copyFile(path, join(prefix, name));
  }
  return join(ctx.scratch, 'root');
}
