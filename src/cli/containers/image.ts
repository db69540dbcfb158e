// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { removeTree } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import { withLock } from '../../host/lock.js';
import { Failed } from '../../model/failure.js';
import type { ToolchainRecipe } from '../../model/recipe.js';
import type { Entry } from '../../model/store.js';
import { lockText } from '../../recipe/index.js';
import type { Preflight } from '../../runtimes/engine/preflight.js';
import { makeRepository } from '../../steps/toolchain/repository.js';
import { PROJECT } from '../paths.js';
import { baseImageName } from './engines.js';
import { STATUS, rootDifferences } from './installed.js';

/** Digits of the lock's digest that an image is tagged with. */
const TAG_DIGITS = 12;
/** Installing a hundred packages takes a minute or two; one that takes so long never ends. */
const LIMIT_MS = 60 * 60_000;

interface Setting {
  /** The engine, and how it works here. */
  readonly flight: Preflight;
  /** The store's root. */
  readonly cache: string;
  readonly signal: AbortSignal;
}

/**
 * Builds a toolchain's Containerfile on another image, and makes sure that what came out has the packages
 * of the lock and no others.
 *
 * @param base reference of an image of the toolchain's suite
 * @param debs the locked packages, fetched
 * @returns the image's reference
 * @throws Failed `command-failed` with what the engine said; `check-failed` with the packages that differ
 */
export async function buildOnBase(
  toolchain: ToolchainRecipe,
  base: string,
  debs: Entry,
  { flight, cache, signal }: Setting,
): Promise<string> {
  const { name, lock } = toolchain;
  const digest = sha256(lockText(lock));
  const reference = `${baseImageName(name)}:${digest.slice(0, TAG_DIGITS)}`;
  const work = join(cache, 'toolchain', `image-${name}`);
  const build = async (): Promise<void> => {
    await removeTree(work);
    try {
      const context = join(work, 'context');
      await makeContext(toolchain, debs, context, signal);
      const args = { LOCK: digest, BASE: base };
      const labels = versionLabels(toolchain);
      const log = join(cache, 'logs', name, 'image.log');
      await mkdir(join(cache, 'logs', name), { recursive: true });
      await exec(buildArgv(flight, { reference, context, args, labels }), {
        log,
        signal,
        capture: false,
        timeoutMs: LIMIT_MS,
      });
      await compare(flight, reference, toolchain, { work, signal });
      // The image that had this name before has none now.
      const nameless = ['image', 'prune', '--force', '--filter', `label=l7build.name=${name}`];
      await exec([flight.engine.name, ...nameless], { signal });
    } finally {
      await removeTree(work);
    }
  };
  await withLock(join(cache, 'locks', `image-${name}`), build, { signal });
  return reference;
}

/** Versions of what compiles and links, for labels. */
function versionLabels({ compiler, lock }: ToolchainRecipe): Record<string, string> {
  const told = new Set([compiler, 'binutils', 'make']);
  const debs = lock.debs.filter((deb) => told.has(deb.name));
  return Object.fromEntries(debs.map((deb) => [`l7build.${deb.name}`, deb.version]));
}

async function makeContext(
  { name, suite, lock }: ToolchainRecipe,
  debs: Entry,
  context: string,
  signal: AbortSignal,
): Promise<void> {
  await makeRepository(debs.dir, join(context, 'repository'), suite, signal);
  const folder = join(PROJECT, 'containers');
  await copyFile(join(folder, name, 'Containerfile'), join(context, 'Containerfile'));
  await copyFile(join(folder, 'install.sh'), join(context, 'install.sh'));
  const packages = lock.debs.map((deb) => `${deb.name} ${deb.version}\n`);
  await writeFile(join(context, 'packages'), packages.join(''));
}

/** What an image is built of. */
export interface BuildRequest {
  readonly reference: string;
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * argv of podman-build(1) or docker-build(1), with the network off. Where podman runs containers only in
 * a manner of its own, its builds take the isolation that needs no container runtime.
 */
export function buildArgv(
  { engine }: Pick<Preflight, 'engine'>,
  { reference, context, args, labels }: BuildRequest,
): Argv {
  const { name, manner } = engine;
  const odd = name === 'podman' && (manner.runtime !== '' || manner.ulimits === 'low');
  return [
    name,
    'build',
    ...(odd ? ['--isolation', 'chroot'] : ['--network', 'none']),
    // podman would keep each step as an image without a name.
    ...(name === 'podman' ? ['--layers=false'] : []),
    ...Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]),
    ...Object.entries(args).flatMap(([arg, value]) => ['--build-arg', `${arg}=${value}`]),
    ...['--tag', reference, '--file', join(context, 'Containerfile'), context],
  ];
}

/** Exports the image's file system and reads from it which packages there are. */
async function compare(
  { engine }: Preflight,
  reference: string,
  { name, lock }: ToolchainRecipe,
  { work, signal }: { readonly work: string; readonly signal: AbortSignal },
): Promise<void> {
  const program = engine.name;
  const { stdout } = await exec([program, 'create', '--network', 'none', reference, 'true'], {
    signal,
  });
  const container = stdout.trim();
  const archive = join(work, 'exported.tar');
  try {
    await exec([program, 'export', '--output', archive, container], { signal });
  } finally {
    await exec([program, 'rm', container]);
  }
  const status = await exec(['tar', '-xOf', archive, STATUS], { signal });
  const differences = rootDifferences(status.stdout, lock.debs);
  if (differences.length === 0) return;
  await exec([program, 'image', 'rm', reference]);
  throw new Failed({
    reason: 'check-failed',
    message: `the image of ${name} has not the packages of its lock`,
    details: differences,
    hints: ['is the base an image of Debian, of the suite that the recipe names?'],
  });
}
