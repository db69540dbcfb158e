// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTarball } from '../formats/tarball.js';
import type { PackageParams } from '../model/task.js';
import type { Step, StepContext } from '../model/step.js';
import { definitionsOf } from './definitions.js';
import { need } from './needs.js';

/** Packs one directory of a needed task's output, or definition files, into a reproducible archive. */
export const pack: Step<'package'> = async (params, ctx) => {
  await writeTarball(await content(params, ctx), join(ctx.out, params.archive), ctx.signal);
  return {};
};

async function content(params: PackageParams, ctx: StepContext): Promise<string> {
  if (params.directory !== undefined) return join(need(ctx, 'from').dir, params.directory);
  const prefix = join(ctx.scratch, 'root', params.prefix);
  await mkdir(prefix, { recursive: true });
  for (const { name, path } of await definitionsOf(params.definitions ?? [], ctx)) {
    await copyFile(path, join(prefix, name));
  }
  return join(ctx.scratch, 'root');
}
