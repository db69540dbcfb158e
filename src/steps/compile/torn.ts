// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stands in a build folder while make is at work there. */
const MARKER = '.l7build-compiling';

/** What kbuild makes through if_changed, with a `.NAME.cmd` written after it (scripts/Kbuild.include). */
const OBJECT = /\.(?:o|a|ko|mod|so|elf|bin|lds|order|symvers)$|^(?:vmlinux|bzImage)/;

/** What the marker says of a make that ended by itself, with an error. */
const ENDED = 'ended';
/** How long a program may be at one file, in milliseconds. */
const AT_WORK_MS = 60_000;

/**
 * Runs make so that a killed run does no harm to the next: a program killed while it writes leaves a torn
 * object that is newer than its sources, which make would take for done. Kbuild writes `.NAME.cmd` after
 * NAME is whole; so after a killed run every object newer than its command file is removed, and all the
 * sound ones are kept.
 *
 * @param endedItself tells of what `make` threw whether make(1) came to its end: then it has waited for all
 *   its programs and removed what the failed ones left (`.DELETE_ON_ERROR`), so nothing is torn
 */
export async function guardTorn<T>(
  build: string,
  make: () => Promise<T>,
  endedItself: (error: unknown) => boolean,
): Promise<T> {
  const marker = join(build, MARKER);
  const before = await textOf(marker);
  if (before !== undefined && before !== ENDED) {
    await removeTorn(build);
    // System.map is written beside vmlinux, no target by itself: only a new link makes it whole again.
    for (const name of ['vmlinux', 'System.map']) await rm(join(build, name), { force: true });
  }
  await writeFile(marker, '', { flush: true });
  try {
    const result = await make();
    await rm(marker);
    return result;
  } catch (error) {
    if (endedItself(error)) await writeFile(marker, ENDED);
    throw error;
  }
}

/** True if nothing was compiled in a build folder yet: neither to the end nor by a run that ended early. */
export async function isUntouched(build: string): Promise<boolean> {
  const found = await Promise.all([MARKER, 'vmlinux'].map((name) => modified(join(build, name))));
  return found.every((time) => time === undefined);
}

interface Made {
  readonly path: string;
  readonly made: number;
  /** When its command file was written, where it has one. */
  readonly command?: number;
}

/**
 * Objects of the tree's own tools have no command files. Of them only those can be torn that are about as
 * new as the newest command file: that was written shortly before the end. The others stay, for with a
 * new objtool kbuild compiles everything again. What is of the future was made before a clock was set back, and
 * goes too: make would take it for newer than every change.
 */
async function removeTorn(build: string): Promise<void> {
  const found: Made[] = [];
  await collect(build, found);
  const now = Date.now();
  const last = found.reduce((newest, { command }) => Math.max(newest, command ?? 0), 0);
  for (const { path, made, command } of found) {
    if (made > Math.min(command ?? last - AT_WORK_MS, now)) await rm(path);
  }
}

async function collect(directory: string, found: Made[]): Promise<void> {
  for (const item of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, item.name);
    if (item.isDirectory()) await collect(path, found);
    if (!item.isFile() || !OBJECT.test(item.name)) continue;
    const made = await modified(path);
    const command = await modified(join(directory, `.${item.name}.cmd`));
    if (made !== undefined)
      found.push({ path, made, ...(command === undefined ? {} : { command }) });
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A file's time of last change in milliseconds, or undefined where there is none. */
async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
