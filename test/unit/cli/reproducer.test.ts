// SPDX-License-Identifier: GPL-2.0-only
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addBuildOptions, type BuildOptions } from '../../../src/cli/build-options.js';
import { planText } from '../../../src/cli/plan-text.js';
import { reproducer } from '../../../src/cli/reproducer.js';
import { makePlan } from '../../../src/plan/plan.js';
import { planInput } from '../plan/input.js';

function parsed(...words: string[]): BuildOptions {
  const command = addBuildOptions(new Command())
    .exitOverride()
    .configureOutput({
      writeErr: () => undefined,
    });
  return command.parse(words, { from: 'user' }).opts();
}

test('options have the documented defaults', () => {
  expect(parsed('--kernel', '6.1')).toMatchObject({
    kernel: '6.1',
    mode: 'full',
    builder: 'auto',
    verify: true,
    offline: false,
    mirror: [],
    keyring: [],
    source: {},
  });
});

test.each([
  ['--jobs', '0'],
  ['--jobs', '2x'],
  ['--source', 'linux'],
  ['--source', '=path'],
  ['--mode', 'half'],
])('%s %s is refused', (...words) => {
  expect(() => parsed('--kernel', '6.1', ...words)).toThrow();
});

test('the reproducer, parsed again, gives the same options', () => {
  const options = parsed(
    ...['--kernel', '6.1', '--mode', 'module', '--source', "linux=/a b/it's"],
    ...['--mirror', '/m', '--mirror', 'https://example.org/m', '--offline', '--no-verify'],
    ...['--keyring', '/k.gpg'],
    ...['--protocols', 'a,b', '--iptables', '1.8.9', '--out', '/o'],
  );
  const line = reproducer(options);
  expect(line).toContain(`--source 'linux=/a b/it'\\''s'`);
  const words = [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll(`'\\''`, `'`) ?? bare ?? '',
  );
  expect(parsed(...words.slice(1))).toEqual(options);
});

test('a printed plan has a line a task, with what it waits for', () => {
  const plan = makePlan(planInput());
  const text = planText(plan);
  expect(text.split('\n')).toHaveLength(plan.tasks.length + 1);
  expect(text).toContain('compile linux 6.1  (after unpack:linux, patch:linux, configure:linux)');
});

test('the command that does the same again names another provider of the match', () => {
  const words = parsed('--kernel', '2.6.32', '--layer7', 'l7-filter-2.22');
  expect(reproducer(words)).toContain(' --layer7 l7-filter-2.22');
});
