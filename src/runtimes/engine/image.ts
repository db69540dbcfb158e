// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { withLock } from '../../host/lock.js';
import { Chain } from '../../host/pipe.js';
import type { Entry } from '../../model/store.js';
import { discardOutput } from './guard.js';
import { isOurs } from './ours.js';

/** Label of every image of ours; its value is the digest of what it was made from. */
const IMAGE_LABEL = 'l7build.toolchain';
/** Digits of a digest that name an image. */
const TAG_DIGITS = 12;

/** What a toolchain's image is called. */
export function imageOf({ manifest }: Entry): string {
  return `localhost/l7build/toolchain:${manifest.digest.slice(0, TAG_DIGITS)}`;
}

/**
 * The image of a toolchain's root, made unless the engine has it.
 *
 * @param engine the engine's program with its own words
 * @param cache the store's root, for the lock
 * @returns the image's reference
 * @throws Failed what the engine or tar(1) complained of; `interrupted`
 */
export async function ensureImage(
  engine: Argv,
  toolchain: Entry,
  { cache, signal }: { readonly cache: string; readonly signal: AbortSignal },
): Promise<string> {
  const reference = imageOf(toolchain);
  if (await hasImage(engine, reference, signal)) return reference;
  const make = async (): Promise<void> => {
    if (await hasImage(engine, reference, signal)) return;
    const labels = { [IMAGE_LABEL]: toolchain.manifest.digest, ...versionLabels(toolchain) };
    await importImage(engine, join(toolchain.dir, 'root'), { reference, labels, signal });
  };
  // Made twice, it is the same image: where no lock can be had, that costs only time.
  if (await isOurs(cache)) {
    await withLock(join(cache, 'locks', `image-${toolchain.manifest.digest}`), make, { signal });
  } else await make();
  return reference;
}

/** What is to be imported as what. */
export interface ImageRequest {
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Makes an image of one layer out of a directory, in which everything belongs to root and is as old as
 * the epoch. It gets its name when all of it is there: an engine takes the end of an archive that was
 * cut short for its end. What an earlier try left is removed.
 */
export async function importImage(
  engine: Argv,
  dir: string,
  { reference, labels, signal }: ImageRequest,
): Promise<void> {
  const partial = `${reference}-partial`;
  const own = (await stat(dir)).uid === process.getuid?.();
  const chain = new Chain(signal);
  try {
    const tar = chain.start(tarArgv(dir, own));
    const made = chain.start([...engine, ...importWords(labels), '-', partial], tar.stdout);
    discardOutput(made);
    await chain.ended();
    await exec([...engine, 'tag', partial, reference], { signal });
  } finally {
    await chain.stop();
    // Never there, or a name of the image among two.
    await exec([...engine, 'image', 'rm', partial], { accept: [0, 1, 125] });
  }
  const stale = ['image', 'prune', '--force', '--filter', `label=${IMAGE_LABEL}`] as const;
  await exec([...engine, ...stale], { signal });
}

/** @param own the directory is the caller's; else it may hold what only its owner reads, such as locks */
function tarArgv(dir: string, own: boolean): Argv {
  return [
    'tar',
    ...['--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0'],
    ...(own ? [] : ['--ignore-failed-read']),
    ...['-C', dir, '-c', '.'],
  ];
}

function importWords(labels: Readonly<Record<string, string>>): string[] {
  const changes = Object.entries(labels).map(([name, value]) => labelChange(name, value));
  return ['import', ...changes.flatMap((change) => ['--change', change])];
}

/** A Dockerfile's LABEL instruction. The engines differ in what they take for an escape: none is needed. */
function labelChange(name: string, value: string): string {
  return `LABEL ${name}="${value.replace(/[\\"$]/g, '')}"`;
}

function versionLabels(toolchain: Entry): Record<string, string> {
  const versions = Object.entries(toolchain.manifest.facts['versions'] ?? {});
  const told = versions.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(told.map(([tool, version]) => [`l7build.${tool}`, version]));
}

async function hasImage(engine: Argv, reference: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode } = await exec(
    [...engine, 'image', 'inspect', '--format', '{{.Id}}', reference],
    {
      accept: [0, 1, 125],
      signal,
    },
  );
  return exitCode === 0;
}
