// SPDX-License-Identifier: GPL-2.0-only
import type { Runtime, Workshop } from '../model/runtime.js';
import type { Entry } from '../model/store.js';

/** What a builder with a root was opened with; it is never opened without. */
export function needed(workshop: Workshop | undefined): Workshop {
  if (workshop === undefined) throw new Error('a builder with a root was opened without one');
  return workshop;
}

/** What the tools of a toolchain say of themselves, as the step that made it found. */
export function versionsOf({ manifest }: Entry): Runtime['toolchain'] {
  return manifest.facts['versions'] as Runtime['toolchain'];
}
