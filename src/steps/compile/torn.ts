// SPDX-License-Identifier: GPL-2.0-only
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stands in a build folder while make is at work there. */
const MARKER = '.l7build-compiling';

/** What kbuild makes through if_changed, with a `.NAME.cmd` written after it (scripts/Kbuild.include). */
const OBJECT = /\.(?:o|a|ko|mod|so|elf|bin|lds|order|symvers)$|^(?:vmlinux|bzImage)/;

/**
 * Runs make so that a killed run does no harm to the next: a program killed while it writes leaves a torn
 * object that is newer than its sources, which make would take for done. Kbuild writes `.NAME.cmd` after
 * NAME is whole; so after a killed run every object newer than its command file is removed, and all the
 * sound ones are kept.
 */
export async function guardTorn<T>(build: string, make: () => Promise<T>): Promise<T> {
  const marker = join(build, MARKER);
  if ((await modified(marker)) !== undefined) await removeTorn(build);
  await writeFile(marker, '', { flush: true });
  const result = await make();
  await rm(marker);
  return result;
}

/** True if nothing was compiled in a build folder yet: neither to the end nor by a run that ended early. */
export async function isUntouched(build: string): Promise<boolean> {
  const found = await Promise.all([MARKER, 'vmlinux'].map((name) => modified(join(build, name))));
  return found.every((time) => time === undefined);
}

async function removeTorn(directory: string): Promise<void> {
  for (const item of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, item.name);
    if (item.isDirectory()) await removeTorn(path);
    else if (item.isFile() && OBJECT.test(item.name) && (await isTorn(directory, item.name))) {
      await rm(path);
    }
  }
}

async function isTorn(directory: string, name: string): Promise<boolean> {
  const [made, command] = await Promise.all([
    modified(join(directory, name)),
    modified(join(directory, `.${name}.cmd`)),
  ]);
  return made !== undefined && (command === undefined || made > command);
}

/** A file's time of last change in milliseconds, or undefined where there is none. */
async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
