// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { config } from './config.js';
import { license, source, unpack } from './source.js';
import { summary, version } from './words.js';

/** recipes/busybox/<version>.yaml */
export const busyboxSchema = z
  .strictObject({
    version: version('The same as the name of the file.'),
    summary,
    source,
    unpack: z.exactOptional(unpack),
    license: z.exactOptional(license),
    config: config(
      ['allnoconfig', 'defconfig'],
      "busybox's configuration; every symbol asked for is checked afterwards.",
    ),
  })
  .check(z.describe('How a busybox is made that runs on kernels of any age.'));
