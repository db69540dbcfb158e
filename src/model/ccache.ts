// SPDX-License-Identifier: GPL-2.0-only

/** What ccache did for a compile: objects that it had from earlier ones and that it had not, or why it was off. */
export type CcacheUse =
  { readonly hits: number; readonly misses: number } | { readonly off: string };

/** It for people: `ccache had 1290 of 1340 objects (96 %)`. */
export function ccacheWords(use: CcacheUse): string {
  if ('off' in use) return `without ccache: ${use.off}`;
  const all = use.hits + use.misses;
  const percent = all === 0 ? 0 : Math.floor((100 * use.hits) / all);
  return `ccache had ${String(use.hits)} of ${String(all)} objects (${String(percent)} %)`;
}
