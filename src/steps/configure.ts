// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judge, refuseUnmet } from '../kconfig/contract.js';
import { resolveConfig } from '../kconfig/resolve.js';
import type { LinuxRecipe } from '../model/recipe.js';
import type { Step } from '../model/step.js';
import { withWorkTree } from '../series/work-tree.js';
import { kbuildEnv, kbuildMake, srcArch } from './kbuild.js';

/** The only architecture that recipes can name so far. */
const ARCH: LinuxRecipe['arch'] = 'x86_64';

/**
 * Resolves a recipe's CONFIG requests with the patched tree's own tools, and fails if one is not met.
 * Yields `config`, and `contract.json` with every request beside what it came to.
 */
export const configure: Step<'configure'> = ({ config, era }, ctx) =>
  withWorkTree(ctx, async ({ src, build }) => {
    if (config.fragments.length > 0 && config.requests.length === 0) {
      throw new Error(`${ctx.taskId} was planned with fragments that nobody read`);
    }
    const runtime = await ctx.runtime();
    const reproducible = await kbuildEnv(src);
    const resolved = await resolveConfig({
      build,
      config,
      make: (target, env) =>
        runtime.run({
          argv: kbuildMake({ src, build, arch: ARCH, era }, target),
          cwd: build,
          env: { ...reproducible, ...env },
          sources: src,
          writable: [build],
          log: ctx.log,
          signal: ctx.signal,
        }),
    });
    const verdicts = await judge(config.requests, resolved, { src, srcarch: srcArch(ARCH) });
    refuseUnmet(verdicts);
    await writeFile(join(ctx.out, 'config'), resolved);
    await writeFile(join(ctx.out, 'contract.json'), `${JSON.stringify(verdicts, null, 1)}\n`);
    return { facts: { config: verdicts } };
  });
