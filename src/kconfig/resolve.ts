// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigSpec, SymbolRequest } from '../model/recipe.js';
import { dotConfigLine, formatSetting } from './dot-config.js';

/** Names in the build directory, apart from .config: that one belongs to the compile. */
const RESOLVED = '.config.resolved';
const WANTED = '.config.wanted';

export interface Resolution {
  readonly build: string;
  readonly config: ConfigSpec;
  /** Runs one make target in the build directory with these variables in its environment. */
  readonly make: (target: string, env: Readonly<Record<string, string>>) => Promise<void>;
}

/**
 * Lets the kernel's own tools resolve a recipe's requests, and returns the configuration they come to.
 *
 * `allnoconfig` reads the requests from KCONFIG_ALLCONFIG and says no to all else; that works alike from
 * 2.6 to 6.x (Documentation/kbuild/kconfig.rst), and leaves nothing to be asked by `olddefconfig`, which
 * old kernels lack. Another base is made first and put below the requests.
 * KCONFIG_CONFIG keeps the outcome out of .config, so that resolving again does not look like a change to
 * a build that is there.
 */
export async function resolveConfig({ build, config, make }: Resolution): Promise<string> {
  const wanted = join(build, WANTED);
  const env = { KCONFIG_CONFIG: RESOLVED, KCONFIG_NOTIMESTAMP: '1' };
  let below = '';
  if (config.base !== 'allnoconfig') {
    await make(config.base, env);
    below = await readFile(join(build, RESOLVED), 'utf8');
  }
  await writeFile(wanted, settingsOver(below, config.requests));
  await make('allnoconfig', { ...env, KCONFIG_ALLCONFIG: wanted });
  return readFile(join(build, RESOLVED), 'utf8');
}

/** The settings of a .config that nobody asks to be otherwise, then the requests. */
export function settingsOver(base: string, requests: readonly SymbolRequest[]): string {
  const asked = new Set(requests.map(({ symbol }) => symbol));
  const kept = base.split('\n').filter((line) => {
    const setting = dotConfigLine(line);
    return setting !== undefined && !asked.has(setting.symbol);
  });
  return [...kept, ...requests.map(formatSetting), ''].join('\n');
}
