// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { BuilderName, Runtime } from '../model/runtime.js';
import { hostRuntime } from './host.js';

/** Builders that exist, by name. A new one is a file beside this and a line here. */
const RUNTIMES: Partial<Record<BuilderName, (cache: string) => Promise<Runtime>>> = {
  host: hostRuntime,
};

/**
 * The builder that was asked for; `auto` is the host.
 *
 * @param cache the store's root
 * @throws Failed `not-applicable` for a builder that this version does not have
 */
export async function openRuntime(name: BuilderName | 'auto', cache: string): Promise<Runtime> {
  const open = RUNTIMES[name === 'auto' ? 'host' : name];
  if (open !== undefined) return open(cache);
  throw new Failed({
    reason: 'not-applicable',
    message: `the builder ${name} is not in this version`,
    hints: [`builders here: ${Object.keys(RUNTIMES).join(', ')}`],
  });
}
