// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { license, source, unpack } from './source.js';
import { summary, versionedName } from './words.js';

/** recipes/definitions/<name>.yaml */
export const definitionsSchema = z
  .strictObject({
    name: versionedName('As typed after --protocols; the same as the name of the file.'),
    summary,
    source,
    unpack: z.exactOptional(unpack),
    license: z.exactOptional(license),
  })
  .check(z.describe('Protocol definitions that others publish.'));
