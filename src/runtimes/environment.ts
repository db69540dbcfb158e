// SPDX-License-Identifier: GPL-2.0-only
import type { BuildCommand } from '../model/runtime.js';

/** PATH of a confined command: the distribution's own tools, nothing of the user's. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The whole environment of a command in a builder: what it asked for, and the same for everybody. */
export function commandEnv({
  env,
  programs,
}: Pick<BuildCommand, 'env' | 'programs'>): Record<string, string> {
  const path = programs === undefined ? SYSTEM_PATH : `${programs}:${SYSTEM_PATH}`;
  return { LC_ALL: 'C', TZ: 'UTC', ...env, PATH: path, HOME: '/nonexistent' };
}
