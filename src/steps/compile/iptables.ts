// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../../host/exec.js';
import type { CompileParams } from '../../model/task.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { applyOverlay } from '../../series/work-tree.js';
import { need } from '../needs.js';
import { countObjects } from './progress.js';

type Params = Extract<CompileParams, { what: 'iptables' }>;

/** Where it stands in the guest and in the archive; see `./configure --help`. */
const PLACES = [
  '--prefix=/usr',
  '--libdir=/usr/lib',
  '--sysconfdir=/etc',
  '--with-xtlibdir=/usr/lib/xtables',
  '--with-xt-lock-name=/run/xtables.lock',
  // Everything is compiled once: nobody reads the dependency files.
  '--disable-dependency-tracking',
] as const;

/** Builds iptables with the match's extension and installs it below `root/`, as `make DESTDIR=` does. */
export async function compileIptables(params: Params, ctx: StepContext): Promise<StepResult> {
  const src = join(ctx.scratch, 'src');
  const build = join(ctx.scratch, 'build');
  const root = join(ctx.out, 'root');
  await applyOverlay(need(ctx, 'tree').dir, need(ctx, 'patch').dir, src);
  await mkdir(build, { recursive: true });
  await mkdir(root, { recursive: true });
  const runtime = await ctx.runtime();
  const env = await buildEnv(src, ctx.scratch);
  const onLine = countObjects(ctx);
  const run = (...argv: Argv): Promise<void> =>
    runtime.run({
      argv,
      cwd: build,
      env,
      writable: [ctx.scratch, ctx.out],
      log: ctx.log,
      signal: ctx.signal,
      onLine,
    });
  await run(join(src, 'configure'), ...PLACES, ...params.configure);
  await run('make', `-j${String(ctx.jobs)}`);
  await run('make', `DESTDIR=${root}`, 'install');
  return {};
}

/** Flags under which the same sources give the same bytes in any folder. */
async function buildEnv(src: string, scratch: string): Promise<Record<string, string>> {
  const { mtimeMs } = await stat(join(src, 'configure'));
  return {
    SOURCE_DATE_EPOCH: String(Math.floor(mtimeMs / 1000)),
    CFLAGS: `-O2 -ffile-prefix-map=${scratch}=.`,
  };
}
