// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { failureText } from '../../../src/ui/failure-text.js';
import { Workshop } from '../series/workshop.js';
import { untouched } from './witness.js';

const HUNK = '@@ -0,0 +1 @@\n+evil\n';
const CHANGE = '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n';

let shop: Workshop;
beforeEach(() => {
  shop = new Workshop();
  shop.treeFile('one.c', 'one\ntwo\nthree\n');
});
afterEach(() => {
  shop.remove();
});

/** The tree's files with all that tells whether they were touched. */
function listing(): string {
  const format = ['-printf', '%p %i %s %T@ %m\n'];
  return execFileSync('find', ['.', ...format], { cwd: shop.tree, encoding: 'utf8' });
}

/** What became of a patch: applied, rejected, or the words of its refusal. */
async function outcome(patch: string): Promise<string> {
  const before = listing();
  shop.file('a.patch', patch);
  const whole = untouched(shop.root, 'scratch');
  try {
    return (await shop.applyPatch(patch)).outcome;
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const text = failureText(error.failure);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    return error.failure.message;
  } finally {
    expect(listing()).toBe(before);
    whole();
  }
}

/** A patch that makes a file of that name. */
const making = (name: string): string => `--- /dev/null\n+++ ${name}\n${HUNK}`;

describe('a patch that names what it may not', () => {
  it.each([
    ['b/../evil', /leads out of the tree/],
    ['b/net/../../evil', /leads out of the tree/],
    ['b/..', /leads out of the tree/],
    ['/tmp/l7build-evil', /is an absolute path/],
    ['//tmp/l7build-evil', /is an absolute path/],
    ['b//tmp/l7build-evil', /absolute path|empty component/],
    ['b/./evil', /empty component/],
    ['b/net/', /empty component/],
    ['b/.git/hooks/post-checkout', /into a \.git directory/],
    ['b/net/.gIt/config', /into a \.git directory/],
    ['"b/\\056\\056/evil"', /has characters|leads out/],
    ['"b/..\\057evil"', /has characters|leads out/],
    ['b/..\\..\\evil', /has characters/],
    ['b/$(touch evil)', /has characters/],
    ['b/a;touch\tevil', /has characters/],
    ['b/e\u0301vil', /has characters/],
    ['b/evil\u202e', /has characters/],
    ['b/\x1b[2Jevil', /has characters/],
    ['b/a\0b', /has characters/],
    ['evil', /no leading component/],
    ['~/evil/../../x', /leads out of the tree/],
    [`b/${'x'.repeat(5000)}`, /longer than a file system takes/],
  ])('%s', async (name, complaint) => {
    expect(await outcome(making(name))).toMatch(complaint);
  });
});

describe('a patch that does what it may not', () => {
  const git = (...lines: string[]): string => `diff --git a/one.c b/one.c\n${lines.join('\n')}\n`;
  it.each([
    ['a rename out of the tree', git('rename from one.c', 'rename to ../evil'), /leads out/],
    ['a rename from outside', git('rename from ../evil', 'rename to one.c'), /leads out/],
    ['a rename from /etc', git('rename from /etc/passwd', 'rename to one.c'), /absolute/],
    ['a rename into .git', git('rename from one.c', 'rename to .git/config'), /\.git directory/],
    ['a copy', git('copy from one.c', 'copy to two.c'), /a copied file/],
    ['a copy from outside', git('copy from ../../etc/passwd', 'copy to two.c'), /a copied file/],
    [
      'a link',
      git(
        'new file mode 120000',
        'index 000..123',
        '--- /dev/null',
        '+++ b/l',
        '@@ -0,0 +1 @@',
        '+/etc/passwd',
      ),
      /mode 120000/,
    ],
    ['a submodule', git('new file mode 160000'), /mode 160000/],
    ['a device', git('new file mode 020644'), /mode 020644/],
    ['a set-user-ID program', git('old mode 100644', 'new mode 104755'), /mode 104755/],
    ['a file that becomes a link', git('old mode 100644', 'new mode 120000'), /mode 120000/],
    [
      'a binary file',
      git('index 1..2 100644', 'GIT binary patch', 'literal 5', 'McmZQzKmY&$'),
      /a binary file/,
    ],
    [
      'a binary difference',
      git('index 1..2 100644', 'GIT binary patch', 'delta 5', 'McmZQzKmY&$'),
      /a binary file/,
    ],
    ['two names for one file', `--- a/one.c\n+++ b/two.c\n${CHANGE}`, /name two files/],
    [
      'git and diff that disagree',
      `diff --git a/one.c b/one.c\n--- a/two.c\n+++ b/two.c\n${CHANGE}`,
      /names one\.c/,
    ],
    [
      'an ed script',
      `--- a/one.c\n+++ b/one.c\n0a\n!touch /tmp/l7build-evil\n.\n`,
      /no hunk follows|changes no file/,
    ],
    [
      'an ed script behind an index',
      `Index: one.c\nPrereq: 1\n1d\n!touch /tmp/l7build-evil\n.\nw\n`,
      /changes no file/,
    ],
    ['a normal diff', '2c2\n< two\n---\n> 2\n', /changes no file/],
    ['an index that leads out', `Index: ../../evil\n${making('b/..')}`, /leads out/],
    [
      'a hunk of numbers beyond all',
      `--- a/one.c\n+++ b/one.c\n@@ -1,99999999999 +1 @@\n-one\n+1\n`,
      /no hunk follows|changes no file/,
    ],
    [
      'a hunk that says it has millions',
      `--- a/one.c\n+++ b/one.c\n@@ -1,999999999 +1,999999999 @@\n one\n`,
      /breaks off/,
    ],
    ['a file below a file', making('b/one.c/evil'), /is no regular file or directory/],
    ['a file where a folder is', making('b/net'), /is no regular file or directory/],
  ])('%s', async (_, patch, complaint) => {
    expect(await outcome(patch)).toMatch(complaint);
  });

  it.each<[string, () => string, RegExp]>([
    ['a file that is a link', () => `--- a/link.c\n+++ b/link.c\n${CHANGE}`, /is a symbolic link/],
    ['a file below a link', () => making('b/out/evil'), /is a symbolic link/],
    ['a file in place of a link', () => making('b/link.c'), /is a symbolic link/],
    [
      'a link, to be removed',
      () => `--- a/link.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n`,
      /symbolic link/,
    ],
    ['a rename onto a link', () => git('rename from one.c', 'rename to link.c'), /symbolic link/],
    [
      'a rename below a link',
      () => git('rename from one.c', 'rename to out/evil'),
      /symbolic link/,
    ],
    ['a rename of a link', () => git('rename from link.c', 'rename to two.c'), /symbolic link/],
    [
      'the mode of a link',
      () => 'diff --git a/link.c b/link.c\nold mode 100644\nnew mode 100755\n',
      /symbolic link/,
    ],
  ])('by way of a link in the tree: %s', async (_, patch, complaint) => {
    const outside = join(shop.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'one.c'), 'one\ntwo\nthree\n');
    symlinkSync(outside, join(shop.tree, 'out'));
    symlinkSync('../outside/one.c', join(shop.tree, 'link.c'));
    expect(await outcome(patch())).toMatch(complaint);
    rmSync(outside, { recursive: true });
  });
});

describe('a patch that is large', () => {
  it.each<[string, string, RegExp]>([
    ['one line of megabytes', making('b/new.c').replace('evil', 'x'.repeat(5_000_000)), /clean/],
    ['a hundred thousand lines without a change', 'word\n'.repeat(100_000), /changes no file/],
    [
      'a thousand hunks for nothing',
      `--- a/one.c\n+++ b/one.c\n${CHANGE.repeat(1000)}`,
      /rejected/,
    ],
    [
      'twenty files',
      Array.from({ length: 20 }, (_, index) => making(`b/new${String(index)}.c`)).join(''),
      /clean/,
    ],
    [
      'NUL bytes in what it adds',
      making('b/new.c').replace('evil', '\0'.repeat(100)),
      /clean|rejected/,
    ],
  ])('%s', async (_, patch, complaint) => {
    const started = performance.now();
    expect(await outcome(patch)).toMatch(complaint);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
