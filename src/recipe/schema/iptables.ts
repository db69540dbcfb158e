// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { series } from './series.js';
import { license, source, unpack } from './source.js';
import { listOf, summary, unverified, version, versionedName, word } from './words.js';

/** recipes/iptables/<version>.yaml */
export const iptablesSchema = z
  .strictObject({
    version: version('As typed after --iptables; the same as the name of the file.'),
    summary,
    unverified,
    source,
    unpack: z.exactOptional(unpack),
    license: z.exactOptional(license),
    series: z.exactOptional(series),
    layer7: z.exactOptional(
      versionedName("Whose extension is laid in: a recipe of recipes/layer7. Left out where the series bring ours."),
    ),
    configure: listOf(
      word(
        /^--(?:enable|disable|with|without)-[a-z0-9-]+(?:=[A-Za-z0-9._/,-]+)?$/,
        'an option of ./configure: --enable-…, --disable-…, --with-… or --without-…',
        'One option.',
      ),
      'Options of ./configure, beside the folders, which are always the same.',
    ),
    libc: z._default(
      z
        .enum(['glibc', 'musl'])
        .check(
          z.describe(
            'The libc of its programs; with musl they are linked statically, and old kernels run them.',
          ),
        ),
      'glibc',
    ),
    backends: listOf(
      z.enum(['legacy', 'nft']).check(z.describe('One kind of iptables programs.')),
      'What it yields; each is verified.',
    ),
  })
  .check(z.describe('How an iptables with the layer7 extension is made.'));
