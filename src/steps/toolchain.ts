// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, lacks } from '../host/exec.js';
import { findProgram } from '../host/tools.js';
import { BUILD_TOOLS } from '../model/runtime.js';
import type { Step, StepContext } from '../model/step.js';
import type { ToolchainParams } from '../model/task.js';
import { need } from './needs.js';
import { EPOCH, VERSIONS, bootstrapArgv } from './toolchain/bootstrap.js';
import { fenced } from './toolchain/fences.js';
import { makeRepository } from './toolchain/repository.js';
import { Transcript } from './toolchain/transcript.js';
import { inWorkplace } from './toolchain/workplace.js';

/** A root takes half a minute on two cores; one that takes so long never ends. */
const LIMIT_MS = 30 * 60_000;

/**
 * Makes the root of a toolchain from the packages that were fetched, and from nothing else: no
 * network is used. Yields `root/`, whose files belong to the caller. The same packages give the same
 * files, whenever, wherever and by whomever they are put together.
 *
 * @throws Failed `command-failed` with the lines that matter; `host-lacks` without mmdebstrap, or for a
 *   user who can't make namespaces; `no-space`, `interrupted`, `store-unusable`
 */
export const toolchain: Step<'toolchain'> = async (params, ctx) => {
  if (findProgram('mmdebstrap') === undefined) throw lacks('mmdebstrap');
  const archive = join(ctx.scratch, 'root.tar');
  await inWorkplace(ctx, (place) => bootstrap(params, place, archive, ctx));
  const root = join(ctx.out, 'root');
  await mkdir(root);
  // The modes are those of the archive whatever the caller's umask is, but nobody gains a user by them.
  const extract = 'umask 022; exec tar -xf "$1" -C "$2" --no-same-owner --no-same-permissions';
  const { log, signal } = ctx;
  const limits = { log, signal, timeoutMs: LIMIT_MS };
  await exec(['sh', '-c', extract, 'sh', archive, root], { ...limits, cwd: root });
  await rm(archive);
  // Container engines give the tmpfs that they mount there the mode of what it covers.
  await chmod(join(root, 'tmp'), 0o1777);
  return { derived: true, facts: { versions: await versionsOf(root) } };
};

async function bootstrap(
  params: ToolchainParams,
  place: string,
  archive: string,
  ctx: StepContext,
): Promise<void> {
  const { log, signal } = ctx;
  const repository = join(place, 'repository');
  const total = await makeRepository(need(ctx, 'fetch').dir, repository, params.suite, signal);
  const temporary = join(place, 'tmp');
  await mkdir(temporary, { mode: 0o755 });
  const transcript = new Transcript(total, (progress) => {
    ctx.progress(progress);
  });
  try {
    await exec(await fenced(bootstrapArgv(params, repository, archive)), {
      env: {
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
        HOME: temporary,
        TMPDIR: temporary,
        LC_ALL: 'C.UTF-8',
        SOURCE_DATE_EPOCH: EPOCH,
      },
      cwd: place,
      log,
      signal,
      capture: false,
      timeoutMs: LIMIT_MS,
      onLine: (line) => {
        transcript.take(line);
      },
    });
  } catch (error) {
    throw transcript.explain(error);
  }
}

async function versionsOf(root: string): Promise<Record<string, string>> {
  const lines = (await readFile(join(root, VERSIONS), 'utf8')).split('\n');
  const versions = BUILD_TOOLS.map((tool, index) => [tool, lines[index] ?? '-'] as const);
  return Object.fromEntries(versions.filter(([, version]) => version !== '-'));
}
