// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { license, source, unpack } from './source.js';
import { listOf, path, summary, versionedName } from './words.js';

const fixes = z.exactOptional(
  listOf(path('A patch file of the project, for `patch -p1`.'), 'Our corrections, in this order.'),
);

/** recipes/layer7/<name>.yaml */
export const providerSchema = z
  .strictObject({
    name: versionedName('As recipes of kernels name it; the same as the name of the file.'),
    summary,
    source,
    unpack: z.exactOptional(unpack),
    license: z.exactOptional(license),
    linux: z
      .strictObject({
        patch: path("The publisher's patch for the kernel: a path in what was unpacked."),
        fixes,
      })
      .check(z.describe("What is changed in a kernel's tree.")),
    iptables: z
      .strictObject({
        from: path('Folder of what was unpacked.'),
        files: listOf(path('A file of that folder.'), "The extension's files."),
        to: path("Folder of iptables' tree that they go to."),
        fixes,
      })
      .check(z.describe("What is changed in iptables' tree.")),
  })
  .check(z.describe('A layer7 match that others publish.'));
