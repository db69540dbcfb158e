// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { listOf, summary, versionedName, word } from './words.js';

const major = (description: string): z.ZodMiniNumber =>
  z.int().check(z.gte(4, 'has to be 4 or more'), z.describe(description));

const compiler = z
  .strictObject({
    flags: listOf(
      word(/^-[A-Za-z](?:[A-Za-z0-9=,_/-]|@src@)*$/, "an option of gcc's", 'One option.'),
      'Given to every call of the compiler, before all else; parts of the tree forget those of the rest. ' +
        'The folder of the tree is written @src@.',
    ),
    oldest: major('Oldest major version of gcc that these trees were built with.'),
    newest: major('Newest major version of gcc that these trees were built with.'),
  })
  .check(z.describe('The compiler as these trees need it; left out where any will do as it is.'));

/** recipes/eras/<name>.yaml */
export const eraSchema = z
  .strictObject({
    name: versionedName('As recipes of kernels name it; the same as the name of the file.'),
    summary,
    panic: z
      .enum(['-1', '1'])
      .check(z.describe('The value of panic= that restarts soonest; old kernels take no -1.')),
    userland: z
      .enum(['host', 'musl'])
      .check(
        z.describe(
          "The guest's programs: the host's busybox, or musl where the host's libc is too new for these kernels.",
        ),
      ),
    card: z.exactOptional(
      z
        .enum(['e1000'])
        .check(
          z.describe(
            "The network card of a lab's hosts that these kernels have a driver for. Default: virtio's.",
          ),
        ),
    ),
    compiler: z.exactOptional(compiler),
  })
  .check(z.describe('What a generation of kernels does its own way.'));
