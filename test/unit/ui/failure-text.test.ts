// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { failureText } from '../../../src/ui/failure-text.js';

test('a failure says what failed, in which step, the lines that matter, and what to do', () => {
  const text = failureText(
    {
      reason: 'command-failed',
      message: 'make: exit code 2',
      details: ['x.c:1: error: no'],
      log: 'out/6.1/logs/compile-linux.log',
      hints: ['mend x.c'],
    },
    'compile linux 6.1',
  );
  expect(text.split('\n')).toEqual([
    'l7build: compile linux 6.1: make: exit code 2',
    '  | x.c:1: error: no',
    '  the whole log: out/6.1/logs/compile-linux.log',
    '  -> mend x.c',
  ]);
});

test('a diagnostic points under its column', () => {
  const text = failureText({
    reason: 'recipe-invalid',
    message: 'one fault',
    diagnostics: [
      {
        file: 'recipes/linux/6.1.yaml',
        line: 12,
        column: 7,
        severity: 'error',
        message: 'expected a string',
        quote: 'arch: 64',
        hint: 'write x86_64',
      },
    ],
  });
  expect(text.split('\n')).toEqual([
    'l7build: one fault',
    'recipes/linux/6.1.yaml:12:7: error: expected a string',
    '  12 | arch: 64',
    '     |       ^',
    '  -> write x86_64',
  ]);
});
