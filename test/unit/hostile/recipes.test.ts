// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadIptablesRecipe } from '../../../src/recipe/iptables.js';
import { loadLinuxRecipe } from '../../../src/recipe/linux.js';
import { failureText } from '../../../src/ui/failure-text.js';
import { IPTABLES, LINUX, edited, failureOf, project } from '../recipe/project.js';
import { untouched } from './witness.js';

type Place = readonly [from: string, to: (value: string) => string];

/** Where words of a recipe end up in an argument of a program, a file's name or an address. */
const PLACES = {
  package: ['apt: linux-source-6.1', (value) => `apt: ${value}`],
  suite: ['suite: bookworm\nunpack', (value) => `suite: ${value}\nunpack`],
  iptables: ["iptables: '1.8.9'", (value) => `iptables: ${value}`],
  toolchain: ['toolchain: small-gcc-12', (value) => `toolchain: ${value}`],
  era: ['era: modern', (value) => `era: ${value}`],
  scenario: ['    - layer7\n', (value) => `    - ${value}\n`],
  module: ['[nf_conntrack, xt_layer7]', (value) => `[${value}]`],
  protocols: ['[l7build]', (value) => `[${value}]`],
  series: ['- name: layer7', (value) => `- name: ${value}`],
  patch: ['- patches/linux/hook/6.1.patch', (value) => `- ${value}`],
  fragment: ['- recipes/linux/fragments/base.config', (value) => `- ${value}`],
  'place in the tree': ['to: .', (value) => `to: ${value}`],
  member: ['inner: usr/src/linux-source-6.1.tar.xz', (value) => `inner: ${value}`],
} satisfies Record<string, Place>;

/** What a word would have to be taken for something else: an option, a path, a shell's or apt's syntax. */
const WORDS = {
  'an option': '"-oDir::Etc=/tmp"',
  'a long option': '"--version"',
  'a way out': '"../../../etc/passwd"',
  'an absolute path': '"/etc/passwd"',
  'a NUL byte': '"a\\0b"',
  'two lines': '"a\\nb"',
  'a control character': '"a\\eb"',
  'a huge word': `"${'x'.repeat(3000)}"`,
  nothing: '""',
};

/** Beside those, where the word is no path. */
const SHELL = {
  'a command': '"$(touch /tmp/l7build-evil)"',
  'a second command': '"a;touch /tmp/l7build-evil"',
  'two words': '"a b"',
  "apt's options": '"[trusted=yes]"',
  'an assignment': '"a=1"',
};

const PATHS = new Set(['patch', 'fragment', 'place in the tree', 'member']);

const cases = Object.entries(PLACES).flatMap(([where, place]) =>
  Object.entries({ ...WORDS, ...(PATHS.has(where) ? {} : SHELL) }).map(
    ([what, word]) => [where, what, word, place] as const,
  ),
);

/** The lines of a failure; throws if one of them could drive a terminal. */
function told(failure: Awaited<ReturnType<typeof failureOf>>): string {
  const text = failureText(failure);
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  return text;
}

describe('a word of a recipe', () => {
  it.each(cases)('as %s: %s', async (where, what, word, [from, to]) => {
    const root = await project({ [LINUX]: await edited(LINUX, [from, to(word)]) });
    const whole = untouched(root);
    const failure = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(failure.reason, `${where}: ${what}`).toBe('recipe-invalid');
    expect(failure.diagnostics?.[0]).toMatchObject({ file: LINUX });
    expect(failure.diagnostics?.[0]?.line).toBeGreaterThan(1);
    expect(told(failure).length).toBeLessThan(5000);
    whole();
  });
});

const URLS = 'urls: [https://example.org/iptables-1.8.9.tar.xz]';

describe('an address in a recipe', () => {
  it.each([
    ['ext::sh -c touch% /tmp/l7build-evil'],
    ['file:///etc/passwd'],
    ['ftp://example.org/x'],
    ['javascript:alert(1)'],
    ['data:text/plain,x'],
    ['--output=/etc/passwd'],
    ['//example.org/x'],
    ['https://user:secret@example.org/x'],
    ['https://example.org/a b'],
    ['https://example.org/\\r\\nHost: evil'],
    ['https://'],
    ['HTTPS://example.org/x'],
    [`https://example.org/${'x'.repeat(3000)}`],
  ])('%s', async (address) => {
    const text = await edited(IPTABLES, [URLS, `urls: ["${address}"]`]);
    const failure = await failureOf(
      loadIptablesRecipe(await project({ [IPTABLES]: text }), '1.8.9'),
    );
    expect(failure.reason).toBe('recipe-invalid');
    expect(failure.diagnostics?.[0]).toMatchObject({ file: IPTABLES });
    told(failure);
  });
});

const SOURCE = `http:\n    ${URLS}\n    sha256: ef6639a43be8325a4f8ea68123ffac236cb696e8c78501b64e8106afb008c87f`;

describe('a git repository in a recipe', () => {
  const COMMIT = 'a'.repeat(40);
  it.each([
    ['ext::sh -c touch% /tmp/l7build-evil', COMMIT],
    ['fd::17', COMMIT],
    ['--upload-pack=touch /tmp/l7build-evil', COMMIT],
    ['-u', COMMIT],
    ['/srv/repository', COMMIT],
    ['file:///srv/repository', COMMIT],
    ['git@example.org:x.git', COMMIT],
    ['ssh://-oProxyCommand=touch/x', COMMIT],
    ['https://example.org/x.git', 'main'],
    ['https://example.org/x.git', 'HEAD'],
    ['https://example.org/x.git', COMMIT.slice(1)],
    ['https://example.org/x.git', COMMIT.toUpperCase()],
    ['https://example.org/x.git', `--output=/tmp/l7build-evil`],
    ['https://example.org/x.git', `${COMMIT}\\n`],
  ])('%s at %s', async (url, commit) => {
    const git = `git:\n    url: "${url}"\n    commit: "${commit}"`;
    const text = await edited(IPTABLES, [SOURCE, git]);
    const failure = await failureOf(
      loadIptablesRecipe(await project({ [IPTABLES]: text }), '1.8.9'),
    );
    expect(failure.reason).toBe('recipe-invalid');
    told(failure);
  });
});

describe('a key of a recipe', () => {
  it.each([
    ['__proto__: { polluted: true }'],
    ['"__proto__": { polluted: true }'],
    ['"\\x5f_proto__": { polluted: true }'],
    ['constructor: { prototype: { polluted: true } }'],
    ['prototype: { polluted: true }'],
    ['toString: x'],
    ['hasOwnProperty: x'],
    ['__defineGetter__: x'],
    ['"<<": { polluted: true }'],
    ['? { a: 1 }\n: 2'],
    ['? [a]\n: 2'],
    ['"": x'],
    ['"a\\0b": x'],
    ['~: x'],
  ])('%s', async (line) => {
    const text = await edited(LINUX, ['arch: x86_64', `arch: x86_64\n${line}`]);
    const failure = await failureOf(loadLinuxRecipe(await project({ [LINUX]: text }), '6.1'));
    expect(failure.reason).toBe('recipe-invalid');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    told(failure);
  });
});

describe('a value that YAML makes something else of', () => {
  it.each([
    ['!!js/function "function () {}"'],
    ['!!python/object/apply:os.system [touch /tmp/l7build-evil]'],
    ['!!binary aGFsbG8='],
    ['!!set { a }'],
    ['&a [*a]'],
    ['.nan'],
    ['0x6e'],
    ['2026-01-01'],
    ['1e400'],
    ['9'.repeat(4000)],
    ['"\\ud800"'],
    ['|2\n    x\n   y'],
    ['['.repeat(1000)],
    ['{a: '.repeat(900)],
  ])('%s', async (value) => {
    const text = await edited(LINUX, ['era: modern', `era: ${value}`]);
    const root = await project({ [LINUX]: text });
    const whole = untouched(root);
    const failure = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(['recipe-invalid', 'unknown-recipe']).toContain(failure.reason);
    told(failure);
    whole();
  });
});

describe('a file that a recipe names', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    [
      'is a link out of the project',
      (path) => {
        symlinkSync('/etc/passwd', path);
      },
      /leads out of the project/,
    ],
    [
      'is a link by way of the project’s own folder',
      (path) => {
        symlinkSync('../../../..', path);
      },
      /leads out of the project|is not a file/,
    ],
    [
      'is a link to itself',
      (path) => {
        symlinkSync('x.patch', path);
      },
      /is a link to itself/,
    ],
    [
      'is a pipe that nobody writes to',
      (path) => {
        execFileSync('mkfifo', [path]);
      },
      /is not a file/,
    ],
    [
      'is a link to what never ends',
      (path) => {
        symlinkSync('/dev/zero', path);
      },
      /leads out of the project/,
    ],
  ])('%s', async (_, lay, complaint) => {
    const patch = 'patches/linux/hook/6.1.patch';
    const other = 'patches/linux/hook/x.patch';
    const root = await project({ [LINUX]: await edited(LINUX, [patch, other]) });
    lay(join(root, other));
    const failure = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(failure.reason).toBe('recipe-invalid');
    expect(failure.diagnostics?.[0]?.message).toMatch(complaint);
  });
});
