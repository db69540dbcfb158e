// SPDX-License-Identifier: GPL-2.0-only
import type { ConfigVerdict } from '../model/config.js';
import type { SymbolRequest } from '../model/recipe.js';
import type { Settings } from './dot-config.js';

/**
 * Compares one request with a resolved configuration.
 * `m` asked and `y` got is `stronger`: the code is there, only not as a module.
 */
export function verdict(request: SymbolRequest, resolved: Settings): ConfigVerdict {
  const { symbol, value: requested, why, file, line } = request;
  const got = resolved.get(symbol) ?? 'n';
  return {
    symbol,
    requested,
    resolved: got,
    outcome: outcome(requested, got),
    why,
    from: `${file}:${String(line)}`,
  };
}

function outcome(requested: string, got: string): ConfigVerdict['outcome'] {
  if (requested === got || sameNumber(requested, got)) return 'met';
  if (requested === 'm' && got === 'y') return 'stronger';
  return got === 'n' ? 'dropped' : 'changed';
}

/** A hex symbol may be written with other case or zeros than it is asked for. */
function sameNumber(a: string, b: string): boolean {
  return /^-?\d|^0x/i.test(a) && Number(a) === Number(b);
}

/** True if a request was fulfilled. */
export function isMet({ outcome: found }: ConfigVerdict): boolean {
  return found === 'met' || found === 'stronger';
}
