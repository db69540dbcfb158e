// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { bootstrapArgv } from '../../../../src/steps/toolchain/bootstrap.js';

const SPEC = { suite: 'bookworm', packages: ['dash', 'bash'], customize: ['first', 'second'] };
const argvOf = (change: object): readonly string[] =>
  bootstrapArgv({ ...SPEC, ...change }, '/r', '/a.tar');
const hooks = (argv: readonly string[], kind: string): string[] =>
  argv.filter((word) => word.startsWith(`--${kind}-hook=`));

it('asks mmdebstrap for the packages of an archive that lies here, and for nothing else', () => {
  const argv = argvOf({});
  expect(argv).toContain('--include=dash,bash');
  expect(argv.slice(-3)).toEqual(['bookworm', '/a.tar', 'deb [trusted=yes] copy:/r bookworm main']);
});

it('runs the scripts of a root in order, and then removes what varies', () => {
  const [first, second, ...rest] = hooks(argvOf({}), 'customize');
  expect([first, second]).toEqual(['--customize-hook=first', '--customize-hook=second']);
  expect(rest.join(' ')).toContain('etc/machine-id');
});

it('answers questions before packages ask them', () => {
  expect(hooks(argvOf({}), 'essential')).toEqual([]);
  expect(hooks(argvOf({ prepare: 'answer' }), 'essential')).toEqual(['--essential-hook=answer']);
});
