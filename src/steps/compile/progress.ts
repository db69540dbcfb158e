// SPDX-License-Identifier: GPL-2.0-only
import type { StepContext } from '../../model/step.js';
import { objectOf } from '../kbuild.js';

/** A line handler that counts the objects a make announces. */
export function countObjects(ctx: StepContext): (line: string) => void {
  let done = 0;
  return (line) => {
    const object = objectOf(line);
    if (object === undefined) return;
    done += 1;
    ctx.progress({ done, unit: 'objects', note: object });
  };
}
