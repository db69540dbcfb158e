// SPDX-License-Identifier: GPL-2.0-only
/** What test/coverage uses of a package that comes without types. */
declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector';

  export interface ProcessCov {
    result: Profiler.ScriptCoverage[];
  }
  export function mergeProcessCovs(all: readonly ProcessCov[]): ProcessCov;
}
