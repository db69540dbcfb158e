// SPDX-License-Identifier: GPL-2.0-only
import type { FilePatch } from './file-patch.js';
import type { PatchLines } from './patch-lines.js';
import { stripped } from './patch-names.js';
import { pathFault } from './safe-path.js';

/** What git's lines above the hunks say of one file. */
export type GitHeader = Omit<FilePatch, 'hunks'>;

/** True for the line that starts a file's part in git's form. */
export function isGitHeader(line: string): boolean {
  return line.startsWith('diff --git ');
}

/** Git's lines between `diff --git` and `---` (git-diff(1), "Generating patch text with -p"). */
const EXTENDED =
  /^(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index) (.*)$/;

/**
 * Reads git's header that the cursor stands on, and leaves the cursor behind it.
 *
 * @throws Failed `recipe-invalid` for what a plain tree of text files cannot take: binary patches,
 *   copies, symbolic links, submodules, and paths that leave the tree
 */
export function readGitHeader(lines: PatchLines): GitHeader {
  const line = lines.number;
  const named = namedTwice(lines);
  lines.next();
  const fields = extendedFields(lines);
  const field = (name: string): string | undefined => fields.get(name);
  if (field('copy from') !== undefined) {
    throw lines.fault('a copied file', 'make the patch with git diff --no-renames', line);
  }
  const modes = {
    ...executable(lines, 'oldExecutable', field('old mode') ?? field('deleted file mode')),
    ...executable(lines, 'newExecutable', field('new mode') ?? field('new file mode')),
  };
  const from = field('rename from');
  const to = field('rename to');
  const path = to ?? named;
  if (path === undefined)
    throw lines.fault('git header without a name that can be read', undefined, line);
  for (const name of [path, from]) {
    const fault = name === undefined ? undefined : pathFault(name);
    if (fault !== undefined) {
      throw lines.fault(
        `${String(name)} ${fault}`,
        'a patch may only name files below the tree that it is made for',
        line,
      );
    }
  }
  if (from !== undefined) return { kind: 'rename', path, from, line, ...modes };
  if (fields.has('new file mode')) return { kind: 'create', path, line, ...modes };
  if (fields.has('deleted file mode')) return { kind: 'delete', path, line, ...modes };
  return { kind: 'modify', path, line, ...modes };
}

/** The path in `diff --git a/PATH b/PATH`, if both are the same. */
function namedTwice(lines: PatchLines): string | undefined {
  const names = (lines.current ?? '').trimEnd().slice('diff --git '.length).split(' ');
  const [a = '', b = ''] = names;
  return names.length === 2 && stripped(a) === stripped(b) ? stripped(b) : undefined;
}

function extendedFields(lines: PatchLines): Map<string, string> {
  const fields = new Map<string, string>();
  for (;;) {
    const text = lines.current?.trimEnd() ?? '';
    if (text.startsWith('GIT binary patch') || /^Binary files .* differ$/.test(text)) {
      throw lines.fault('a binary file', 'lay it over the tree as a whole file instead');
    }
    const [, name, value] = EXTENDED.exec(text) ?? [];
    if (name === undefined || value === undefined) return fields;
    fields.set(name, value);
    lines.next();
  }
}

function executable<Name extends string>(
  lines: PatchLines,
  name: Name,
  mode: string | undefined,
): Partial<Record<Name, boolean>> {
  if (mode === undefined) return {};
  if (!/^100[0-7]{3}$/.test(mode)) {
    throw lines.fault(
      `a file of mode ${mode}: only regular files are patched, no links or submodules`,
      undefined,
      lines.number - 1,
    );
  }
  return { [name]: (Number.parseInt(mode, 8) & 0o100) !== 0 } as Partial<Record<Name, boolean>>;
}
