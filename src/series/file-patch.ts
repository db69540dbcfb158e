// SPDX-License-Identifier: GPL-2.0-only

/** One hunk of a unified diff, as it stands in the patch. */
export interface Hunk {
  /** Line of the patch file that holds the hunk's `@@`. */
  readonly line: number;
  /** First line in the old and in the new file; 0 where that file is empty. */
  readonly oldStart: number;
  readonly newStart: number;
  /** Body lines with their leading ` `, `-`, `+` or `\`. Bytes as Latin-1 characters. */
  readonly body: readonly string[];
}

/** What a patch does to one file of the tree. Paths are relative to the tree, with `/`. */
export interface FilePatch {
  readonly kind: 'modify' | 'create' | 'delete' | 'rename';
  readonly path: string;
  /** The old name of a renamed file. */
  readonly from?: string;
  /** Whether the file was and will be executable, where the patch says so (git's file modes). */
  readonly oldExecutable?: boolean;
  readonly newExecutable?: boolean;
  readonly hunks: readonly Hunk[];
  /** Line of the patch file where this file's part starts. */
  readonly line: number;
}

/** The same change backwards; its hunks still stand in the patch's direction. */
export function reversed(change: FilePatch): FilePatch {
  const { oldExecutable, newExecutable, ...rest } = change;
  const modes = {
    ...(newExecutable === undefined ? {} : { oldExecutable: newExecutable }),
    ...(oldExecutable === undefined ? {} : { newExecutable: oldExecutable }),
  };
  switch (change.kind) {
    case 'create':
      return { ...rest, ...modes, kind: 'delete' };
    case 'delete':
      return { ...rest, ...modes, kind: 'create' };
    case 'rename':
      return { ...rest, ...modes, path: change.from ?? change.path, from: change.path };
    case 'modify':
      return { ...rest, ...modes };
  }
}

/** The paths of the tree that a change reads or writes. */
export function touched(change: FilePatch): string[] {
  return change.from === undefined ? [change.path] : [change.from, change.path];
}
