// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, lacks } from '../../host/exec.js';
import { findProgram } from '../../host/tools.js';
import type { StepContext } from '../../model/step.js';
import { need } from '../needs.js';
import { EPOCH, bootstrapArgv, type RootSpec } from './bootstrap.js';
import { fenced } from './fences.js';
import { makeRepository } from './repository.js';
import { Transcript } from './transcript.js';
import { inWorkplace } from './workplace.js';

/** A root takes half a minute on two cores, or two; one that takes so long never ends. Milliseconds. */
export const ROOT_LIMIT_MS = 30 * 60_000;

/**
 * Makes the root of a Debian system from the packages that were fetched (role `fetch`), and from nothing
 * else: no network is used. The same packages give the same files, whenever, wherever and by whomever
 * they are put together.
 *
 * @param archive the tar file to make
 * @throws Failed `command-failed` with the lines that matter; `host-lacks` without mmdebstrap, or for a
 *   user who can't make namespaces; `no-space`, `interrupted`, `store-unusable`
 */
export async function makeRoot(spec: RootSpec, archive: string, ctx: StepContext): Promise<void> {
  if (findProgram('mmdebstrap') === undefined) throw lacks('mmdebstrap');
  await inWorkplace(ctx, (place) => bootstrap(spec, place, archive, ctx));
}

async function bootstrap(
  spec: RootSpec,
  place: string,
  archive: string,
  ctx: StepContext,
): Promise<void> {
  const { log, signal } = ctx;
  const repository = join(place, 'repository');
  const total = await makeRepository(need(ctx, 'fetch').dir, repository, spec.suite, signal);
  const temporary = join(place, 'tmp');
  await mkdir(temporary, { mode: 0o755 });
  const transcript = new Transcript(total, (progress) => {
    ctx.progress(progress);
  });
  try {
    await exec(await fenced(bootstrapArgv(spec, repository, archive)), {
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
      timeoutMs: ROOT_LIMIT_MS,
      onLine: (line) => {
        transcript.take(line);
      },
    });
  } catch (error) {
    throw transcript.explain(error);
  }
}
