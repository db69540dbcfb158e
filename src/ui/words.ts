// SPDX-License-Identifier: GPL-2.0-only
import { ccacheWords, type CcacheUse } from '../model/ccache.js';
import { duration } from '../model/duration.js';
import type { Progress } from '../model/event.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

/** A size for people: `133 MiB`. */
export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), UNITS.length - 1);
  const scaled = count / 1024 ** power;
  return `${power > 0 && scaled < 10 ? scaled.toFixed(1) : scaled.toFixed(0)} ${UNITS[power] ?? 'B'}`;
}

/** How far a step is: `41 of 133 MiB`, `812 objects, net/netfilter/x_tables.o`. */
export function progressText(progress: Progress): string {
  const { done, total, unit, note } = progress;
  const amount = (count: number): string => (unit === 'bytes' ? bytes(count) : String(count));
  const words = unit === 'bytes' ? '' : ` ${unit}`;
  const far =
    total === undefined ? `${amount(done)}${words}` : `${amount(done)} of ${amount(total)}${words}`;
  return note === undefined ? far : `${far}, ${note}`;
}

/** What a task that is done took and said: `4 min 05 s`, `12 s, ccache had 7 of 9 objects (78 %), 3 warnings`. */
export function outcomeText({
  ms,
  warnings = 0,
  ccache = { off: '' },
}: {
  ms: number;
  warnings?: number;
  ccache?: CcacheUse;
}): string {
  return [
    duration(ms),
    ...('off' in ccache ? [] : [ccacheWords(ccache)]),
    ...(warnings === 0 ? [] : [`${String(warnings)} warning${warnings === 1 ? '' : 's'}`]),
  ].join(', ');
}
