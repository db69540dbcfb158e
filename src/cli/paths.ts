// SPDX-License-Identifier: GPL-2.0-only
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root: where recipes/, patches/ and guest/ are. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/**
 * The store: `L7BUILD_CACHE`, or `l7build` in the user's cache folder
 * (XDG Base Directory Specification).
 */
export function storeRoot(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['L7BUILD_CACHE'];
  if (own !== undefined && own !== '') return resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && xdg.startsWith('/') ? xdg : join(homedir(), '.cache');
  return join(base, 'l7build');
}
