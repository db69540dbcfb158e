// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { loadLinuxRecipe } from '../../../src/recipe/linux.js';
import { LINUX, edited, project } from './project.js';

/** Pieces that mean something to YAML, to JavaScript or to the recipe. */
const PIECE = fc.oneof(
  fc.constantFrom(
    ...[
      '\n',
      '  ',
      '\t',
      '- ',
      ': ',
      '? ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '>',
      '&a ',
      '*a',
    ],
    ...[
      '!!str ',
      '# ',
      '---',
      '...',
      '<<: ',
      '__proto__',
      '%YAML',
      '\u0000',
      '\ufeff',
      '../',
      '~',
      '-',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const EDIT = fc.record({ at: fc.nat(), cut: fc.nat(40), piece: PIECE });

describe('a mangled recipe', () => {
  it('loads, or is refused with a place in a file that exists; nothing else happens', async () => {
    const root = await project();
    const sound = await edited(LINUX);
    await fc.assert(
      fc.asyncProperty(fc.array(EDIT, { minLength: 1, maxLength: 4 }), async (edits) => {
        let text = sound;
        for (const { at, cut, piece } of edits) {
          const start = at % (text.length + 1);
          text = text.slice(0, start) + piece + text.slice(start + cut);
        }
        await writeFile(join(root, LINUX), text);
        try {
          expect((await loadLinuxRecipe(root, '6.1')).version).toBe('6.1');
        } catch (error) {
          if (!(error instanceof Failed)) throw error;
          expect(error.failure.reason).toBe('recipe-invalid');
          const lines = text.split('\n');
          expect(error.failure.diagnostics?.length).toBeGreaterThan(0);
          for (const { line, column, message } of error.failure.diagnostics ?? []) {
            expect(message).not.toBe('');
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
