// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A line for everything in a tree: path, kind and mode, time of change, and content or target. */
export function treeLines(root: string, below = ''): string[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      const stat = lstatSync(join(root, path));
      const what = [path, stat.mode.toString(8), String(Math.floor(stat.mtimeMs))].join(' ');
      if (stat.isDirectory()) return [what, ...treeLines(root, path)];
      if (stat.isSymbolicLink()) return [`${what} -> ${readlinkSync(join(root, path))}`];
      const digest = createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
      return [`${what} ${digest}`];
    });
}
