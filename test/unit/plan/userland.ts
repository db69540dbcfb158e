// SPDX-License-Identifier: GPL-2.0-only
import type { UserlandRecipe } from '../../../src/model/recipe.js';

/** The recipe of a distribution's programs in small. */
export const DEBIAN: UserlandRecipe = {
  kind: 'userland',
  name: 'debian',
  summary: 'A small one',
  file: { path: 'recipes/userlands/debian.yaml', sha256: '' },
  suite: 'bookworm',
  answers: [],
  packages: ['dash'],
  lock: { kind: 'debs', snapshot: '20260101T000000Z', debs: [] },
};
