// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Failed, type Failure } from '../../../src/model/failure.js';
import { parsePatch } from '../../../src/series/parse-patch.js';

const HUNK = '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n';

function refusal(text: string): Failure {
  try {
    parsePatch(text, 'x.patch');
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
  throw new Error('the patch was taken');
}

describe('what a patch does, read from its headers', () => {
  it('reads a plain diff with dates, as diff -Nurp makes it', () => {
    const text = `diff -Nurp linux/net/a.c linux-l7/net/a.c
--- linux/net/a.c\t2009-12-03 12:00:00.000000000 +0100
+++ linux-l7/net/a.c\t2009-12-04 12:00:00.000000000 +0100
${HUNK}--- linux/net/new.c\t1970-01-01 01:00:00.000000000 +0100
+++ linux-l7/net/new.c\t2009-12-04 12:00:00.000000000 +0100
@@ -0,0 +1 @@
+only
--- linux/net/gone.c\t2009-12-03 12:00:00.000000000 +0100
+++ linux-l7/net/gone.c\tThu Jan  1 00:00:00 1970
@@ -1 +0,0 @@
-only
`;
    expect(parsePatch(text, 'x.patch')).toMatchObject([
      { kind: 'modify', path: 'net/a.c', line: 2, hunks: [{ line: 4, oldStart: 1, newStart: 1 }] },
      { kind: 'create', path: 'net/new.c' },
      { kind: 'delete', path: 'net/gone.c' },
    ]);
  });

  it('reads git modes, renames and empty files', () => {
    const text = `diff --git a/s.sh b/s.sh
old mode 100644
new mode 100755
diff --git a/old.c b/dir/new.c
similarity index 90%
rename from old.c
rename to dir/new.c
--- a/old.c
+++ b/dir/new.c
${HUNK}diff --git a/empty b/empty
new file mode 100755
index 0000000..e69de29
diff --git a/bye b/bye
deleted file mode 100644
--- a/bye
+++ /dev/null
@@ -1 +0,0 @@
-bye
`;
    expect(parsePatch(text, 'x.patch')).toMatchObject([
      { kind: 'modify', path: 's.sh', oldExecutable: false, newExecutable: true, hunks: [] },
      { kind: 'rename', from: 'old.c', path: 'dir/new.c', hunks: [{ line: 10 }] },
      { kind: 'create', path: 'empty', newExecutable: true, hunks: [] },
      { kind: 'delete', path: 'bye', oldExecutable: false },
    ]);
  });

  it('takes what mailers do to patches: signatures, stripped blanks, CRLF', () => {
    const text = `--- a/f\r\n+++ b/f\r\n@@ -1,3 +1,3 @@\r\n one\r\n\r\n-two\r\n+2\r\n-- \r\n2.39.2\r\n`;
    const [change] = parsePatch(text, 'x.patch');
    expect(change?.hunks[0]?.body).toEqual([' one', ' ', '-two', '+2']);
  });

  it('takes .orig as the old name, and keeps the mark of a missing last newline', () => {
    const text = `--- a/f.orig\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n`;
    expect(parsePatch(text, 'x.patch')).toMatchObject([
      { path: 'f', hunks: [{ body: ['-a', '\\ No newline at end of file', '+b'] }] },
    ]);
  });
});

describe('patches that are refused before anything is written', () => {
  const named = (name: string): string => `--- ${name}\n+++ ${name}\n${HUNK}`;
  it.each([
    ['a/../../etc/passwd', 'leads out of the tree'],
    ['/etc/passwd', 'is an absolute path'],
    ['a/.git/hooks/post-checkout', 'leads into a .git directory'],
    ['a/net/.GIT/config', 'leads into a .git directory'],
    ['a/net//x.c', 'has an empty component'],
    ['a/./x.c', 'has an empty component'],
    ['a/na\u001bme', 'has characters'],
    ['a/two words', 'has characters'],
    ['"a/quo\\303ted"', 'has characters'],
    ['Makefile', 'has no leading component'],
  ])('%s: %s', (name, words) => {
    const failure = refusal(named(name));
    expect(failure.reason).toBe('recipe-invalid');
    expect(failure.message).toContain('patch x.patch, line 1: ');
    expect(failure.message).toContain(words);
    expect(failure.diagnostics).toMatchObject([{ file: 'x.patch', line: 1, quote: `--- ${name}` }]);
  });

  it.each([
    [
      'a git path out of the tree',
      'diff --git a/../x b/../x\nold mode 100644\nnew mode 100755\n',
      'leads out',
    ],
    [
      'a rename out of the tree',
      'diff --git a/x b/y\nrename from x\nrename to ../y\n',
      'leads out',
    ],
    [
      'a rename from out of the tree',
      'diff --git a/x b/y\nrename from /x\nrename to y\n',
      'absolute',
    ],
    ['a symbolic link', 'diff --git a/l b/l\nnew file mode 120000\n', 'mode 120000'],
    ['a submodule', 'diff --git a/l b/l\nnew file mode 160000\n', 'mode 160000'],
    ['a copy', 'diff --git a/x b/y\ncopy from x\ncopy to y\n', 'a copied file'],
    [
      'a binary patch',
      'diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\n',
      'a binary file',
    ],
    [
      'a binary difference',
      'diff --git a/x b/x\nBinary files a/x and b/x differ\n',
      'a binary file',
    ],
    [
      'git names that disagree',
      `diff --git a/x b/x\n--- a/y\n+++ b/y\n${HUNK}`,
      'the lines below it y',
    ],
    [
      'a git name that cannot be read',
      `diff --git "a/\\303" "b/\\303"\nold mode 100644\n`,
      'has characters',
    ],
    ['a git part without a change', 'diff --git a/x b/x\nindex 1..2 100644\n', 'changes nothing'],
    ['two files in one header', `--- a/x\n+++ b/y\n${HUNK}`, 'name two files: x and y'],
    ['no file in a header', `--- /dev/null\n+++ /dev/null\n${HUNK}`, 'both name no file'],
    ['a new file with old lines', `--- /dev/null\n+++ b/x\n${HUNK}`, 'takes lines from an old one'],
    ['a deleted file with lines left', `--- a/x\n+++ /dev/null\n${HUNK}`, 'of which lines stay'],
    ['a hunk without a file', HUNK, 'a hunk without --- and +++'],
    ['a broken hunk header', '--- a/x\n+++ b/x\n@@ -1 @@\n-a\n+b\n', 'no hunk follows'],
    ['a broken second header', `--- a/x\n+++ b/x\n${HUNK}@@ -9,3 +9 \n`, 'not a hunk header'],
    [
      'a hunk that breaks off',
      '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n-two\n',
      'breaks off 1 old and 2 new',
    ],
    [
      'a hunk with more lines',
      `--- a/x\n+++ b/x\n${HUNK}+more\n`,
      'more lines than its header says',
    ],
    [
      'a hunk with more old lines',
      '--- a/x\n+++ b/x\n@@ -1,1 +1,2 @@\n-a\n-b\n',
      'more lines than',
    ],
    ['a context diff', '*** a/x\n--- b/x\n***************\n', 'a context diff'],
    ['an ed script', '1d\n.\nw /etc/passwd\n', 'changes no file'],
    ['nothing', '', 'changes no file'],
  ])('%s', (_, text, words) => {
    const failure = refusal(text);
    expect(failure.reason).toBe('recipe-invalid');
    expect(failure.message).toContain(words);
  });

  it('points at the line of the fault', () => {
    expect(refusal(`intro\n\n--- a/x\n+++ b/x\n${HUNK}@@ nonsense\n`).diagnostics).toMatchObject([
      { line: 10, quote: '@@ nonsense' },
    ]);
  });
});
