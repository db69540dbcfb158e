// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { FilePatch } from './file-patch.js';
import { isGitHeader, readGitHeader, type GitHeader } from './git-header.js';
import { isHunk, readHunk } from './parse-hunk.js';
import { PatchLines } from './patch-lines.js';
import { headerName, type HeaderName } from './patch-names.js';
import { pathFault } from './safe-path.js';

/**
 * Reads a unified diff, plain or git's, with one leading component in its names (`patch -p1`).
 * Everything is checked before anything is written: what GNU patch is given later is made from the
 * outcome, so that it never meets a header that was not looked at here.
 *
 * @param text the patch's bytes as Latin-1 characters
 * @param file its name, for diagnostics
 * @returns what it does to each file, in order
 * @throws Failed `recipe-invalid` pointing at the line that is malformed or names a path it must not
 */
export function parsePatch(text: string, file: string): FilePatch[] {
  const lines = new PatchLines(text, file);
  const changes: FilePatch[] = [];
  while (lines.current !== undefined) {
    if (isGitHeader(lines.current)) changes.push(gitSection(lines));
    else if (isFileHeader(lines)) changes.push(plainSection(lines));
    else {
      refuseOtherForms(lines);
      lines.next();
    }
  }
  if (changes.length > 0) return changes;
  throw new Failed({
    reason: 'recipe-invalid',
    message: `${file} changes no file: it has no unified diff in it`,
    hints: ['make it with diff -Nurp OLD NEW or git diff, so that its names start with a/ and b/'],
  });
}

function isFileHeader(lines: PatchLines): boolean {
  return (
    lines.current?.startsWith('--- ') === true &&
    lines.peek(1)?.startsWith('+++ ') === true &&
    isHunk(lines.peek(2))
  );
}

/** Nothing is skipped silently: what looks like a change but would not be applied is an error. */
function refuseOtherForms(lines: PatchLines): void {
  const line = lines.current ?? '';
  if (line.startsWith('@@ ')) {
    throw lines.fault(
      isHunk(line)
        ? 'a hunk without --- and +++ lines before it'
        : 'not a hunk header that can be read',
    );
  }
  if (line.startsWith('--- ') && lines.peek(1)?.startsWith('+++ ') === true) {
    throw lines.fault('no hunk follows these --- and +++ lines');
  }
  if (line.startsWith('*** ') && lines.peek(1)?.startsWith('--- ') === true) {
    throw lines.fault('a context diff; only unified diffs are taken', 'make it again with diff -u');
  }
}

function plainSection(lines: PatchLines): FilePatch {
  const line = lines.number;
  const { from, to, hunks } = fileHeader(lines);
  if (from.path !== undefined && to.path !== undefined) {
    const same = from.path === to.path || [`${to.path}.orig`, `${to.path}~`].includes(from.path);
    if (!same) {
      throw lines.fault(
        `--- and +++ name two files: ${from.path} and ${to.path}`,
        'a renamed file needs git diff, which says so',
        line,
      );
    }
  }
  const path = to.path ?? from.path;
  if (path === undefined) throw lines.fault('--- and +++ both name no file', undefined, line);
  const first = hunks[0];
  const whole = hunks.length === 1 && first !== undefined;
  if (whole && first.oldStart === 0) return { kind: 'create', path, hunks, line };
  if (from.path === undefined) {
    throw lines.fault('a new file whose hunk takes lines from an old one', undefined, line);
  }
  if (to.path !== undefined) return { kind: 'modify', path, hunks, line };
  if (whole && first.newStart === 0) return { kind: 'delete', path, hunks, line };
  throw lines.fault('a deleted file of which lines stay', undefined, line);
}

function gitSection(lines: PatchLines): FilePatch {
  const git = readGitHeader(lines);
  if (!isFileHeader(lines)) return withoutHunks(git, lines);
  const { from, to, hunks } = fileHeader(lines);
  const says = git.from ?? git.path;
  for (const [name, expected] of [
    [from.path, says],
    [to.path, git.path],
  ]) {
    if (name !== undefined && name !== expected) {
      throw lines.fault(
        `the git header names ${String(expected)}, the lines below it ${name}`,
        undefined,
        git.line,
      );
    }
  }
  return { ...git, hunks };
}

function withoutHunks(git: GitHeader, lines: PatchLines): FilePatch {
  if (git.kind === 'modify' && git.newExecutable === undefined) {
    throw lines.fault(`the part for ${git.path} changes nothing`, undefined, git.line);
  }
  return { ...git, hunks: [] };
}

function fileHeader(lines: PatchLines): {
  from: HeaderName;
  to: HeaderName;
  hunks: FilePatch['hunks'];
} {
  // Mailers turn a whole patch into CRLF lines; GNU patch, too, goes by the header.
  const crlf = lines.current?.endsWith('\r') === true;
  const [from, to] = [0, 1].map(() => {
    const name = headerName(lines.current ?? '');
    const fault = name.path === undefined ? undefined : pathFault(name.path);
    if (fault !== undefined) throw pathRefused(lines, name, fault);
    lines.next();
    return name;
  }) as [HeaderName, HeaderName];
  const hunks = [];
  while (isHunk(lines.current)) hunks.push(readHunk(lines, crlf));
  return { from, to, hunks };
}

function pathRefused(lines: PatchLines, { raw, path }: HeaderName, fault: string): Failed {
  const shallow = path === '';
  return lines.fault(
    shallow ? `${raw} has no leading component to drop` : `${raw} ${fault}`,
    shallow
      ? 'make the patch one level above the tree, so that its names start with a/ and b/'
      : 'a patch may only name files below the tree that it is made for',
  );
}
