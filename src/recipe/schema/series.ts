// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { listOf, name, path } from './words.js';

const overlay = z.strictObject({
  from: path('Folder of the project whose files are laid over the tree.'),
  to: path('Folder of the tree that they go to; "." is its root.'),
});

/** Ordered series of patches, each with whole files that are laid over the tree after them. */
export const series = listOf(
  z.strictObject({
    name: name("The series' name, for the ledger."),
    patches: z.exactOptional(
      listOf(path('A patch file of the project, for `patch -p1`.'), 'Applied in this order.'),
    ),
    files: z.exactOptional(listOf(overlay, 'Whole files, laid over the tree after the patches.')),
  }),
  'What is changed in the tree, in this order.',
);

export type SeriesWords = z.infer<typeof series>;
