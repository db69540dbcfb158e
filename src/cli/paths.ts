// SPDX-License-Identifier: GPL-2.0-only
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { INSTALLED } from '../host/installed.js';

/** The project's root: `L7BUILD_PROJECT` (a folder with recipes of your own), or the installed one. */
export const PROJECT = resolve(process.env['L7BUILD_PROJECT'] ?? INSTALLED);

/**
 * The store: `L7BUILD_CACHE`, or `l7build` in the user's cache folder
 * (XDG Base Directory Specification).
 */
export function storeRoot(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['L7BUILD_CACHE'];
  if (own !== undefined && own !== '') return resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg?.startsWith('/') === true ? xdg : join(homedir(), '.cache');
  return join(base, 'l7build');
}
