// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { listOf, packageName, suite, summary, versionedName, word } from './words.js';

/** recipes/userlands/<name>.yaml */
export const userlandSchema = z
  .strictObject({
    name: versionedName("As a topology's hosts name it; the same as the name of the file."),
    summary,
    suite,
    answers: z._default(
      z
        .array(
          word(
            /^[a-z0-9][a-z0-9.+-]+ [a-z0-9][\w.+/-]+ [a-z]+ [ -~]*$/,
            'a line of debconf-set-selections(1): package, question, type, answer',
            'An answer to a question that a package asks when it is installed.',
          ),
        )
        .check(z.describe('Answers to what packages ask (debconf-set-selections(1)).')),
      [],
    ),
    packages: listOf(
      packageName("Debian package's name."),
      'Installed; what they depend on follows, and the lock beside the recipe pins all of it.',
    ),
  })
  .check(z.describe("The programs of a lab's hosts, where the small ones of a guest will not do."));
