// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installPackages } from '../engine/install.js';
import {
  helpers,
  lacking,
  missing,
  packagesFor,
  requirements,
  type Demands,
  type Requirement,
} from '../engine/preflight.js';
import { Failed } from '../model/failure.js';
import type { BuilderName } from '../model/runtime.js';
import type { BuildOptions } from './build-options.js';
import { usesMusl, type Chosen } from './job.js';
import { storeRoot } from './paths.js';
import { isSigned } from './recipe-sources.js';

/** What the chosen recipes and options ask of the host. */
export function demands(
  chosen: Pick<Chosen, 'linux' | 'busybox' | 'iptables' | 'fetchedDefinitions'>,
  { mode, verify }: Pick<BuildOptions, 'mode' | 'verify'>,
  builder: BuilderName,
): Demands {
  const busybox = chosen.busybox === undefined ? 'host' : 'recipe';
  return { mode, verify, builder, busybox, musl: usesMusl(chosen), signed: isSigned(chosen) };
}

/**
 * Sees to it that the host has what the job needs, before anything long starts.
 *
 * @throws Failed `host-lacks` naming everything missing, unless it was to be installed and could be
 */
export async function ensureHost(
  chosen: Parameters<typeof demands>[0],
  options: Pick<BuildOptions, 'mode' | 'verify' | 'installDeps'> &
    Partial<Pick<BuildOptions, 'ccache'>>,
  builder: BuilderName,
  signal: AbortSignal,
): Promise<void> {
  const wanted = demands(chosen, options, builder);
  const helpful = options.ccache === true ? helpers(wanted) : [];
  await ensureThere(requirements(wanted), options, signal, helpful);
}

/**
 * Sees to it that the host has some things.
 *
 * @param helpful what is installed as well, and gone without if that fails
 * @throws Failed as `ensureHost`
 */
export async function ensureThere(
  needs: readonly Requirement[],
  { installDeps }: Pick<BuildOptions, 'installDeps'>,
  signal: AbortSignal,
  helpful: readonly Requirement[] = [],
): Promise<void> {
  const absent = await missing(needs);
  if (absent.length > 0 && !installDeps) throw lacking(absent);
  const wanted = [...absent, ...(installDeps ? await missing(helpful) : [])];
  if (wanted.length === 0) return;
  try {
    await install(wanted, signal);
  } catch (error) {
    const host = error instanceof Failed && error.failure.reason === 'host-lacks';
    if (!host || absent.length > 0) throw error;
  }
  const still = await missing(needs);
  if (still.length > 0) throw lacking(still);
}

/** Installs what brings the missing things, with a note on screen while it lasts. */
export async function install(absent: readonly Requirement[], signal: AbortSignal): Promise<void> {
  const packages = packagesFor(absent);
  const log = join(storeRoot(process.env), 'install.log');
  await mkdir(dirname(log), { recursive: true });
  const { waiting } = await import('../ui/waiting.js');
  await waiting(`installing ${packages.join(' ')}`, () => installPackages(packages, log, signal));
}
