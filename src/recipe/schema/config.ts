// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import type { ConfigSpec } from '../../model/recipe.js';
import { listOf, path } from './words.js';

/** A configuration in the kernel's Kconfig language. @param bases the make targets that it may start from */
export function config<B extends ConfigSpec['base']>(
  bases: readonly B[],
  description: string,
): z.ZodMiniType<ConfigWords<B>> {
  return z
    .strictObject({
      base: z
        .enum(bases)
        .check(z.describe('The make target that the fragments are merged onto.')),
      fragments: listOf(
        path('A file of CONFIG_ lines.'),
        'Merged in this order; the last one wins.',
      ),
    })
    .check(z.describe(description));
}

export interface ConfigWords<B extends ConfigSpec['base'] = ConfigSpec['base']> {
  readonly base: B;
  readonly fragments: readonly string[];
}
