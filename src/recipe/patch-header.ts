// SPDX-License-Identifier: GPL-2.0-only
import { PATCHED_FOR, type ToolNeed } from '../model/recipe.js';

const TRAILER = /^Needed-with:(.*)$/m;
const NEED = /^ ([a-z]+) (\d+(?:\.\d+)*)$/;

/**
 * What a patch says above its first file of the tools that it answers to: `Needed-with: gcc 5` is a
 * patch for gcc 5 and later.
 *
 * @param text the patch, or its beginning
 * @returns undefined for a patch that is needed with any tools; the line where it cannot be read
 */
export function neededWith(text: string): ToolNeed | string | undefined {
  const [header = ''] = text.split(/^--- /m, 1);
  const [line, said] = TRAILER.exec(header) ?? [];
  if (line === undefined || said === undefined) return undefined;
  const [, name, from] = NEED.exec(said) ?? [];
  const tool = PATCHED_FOR.find((each) => each === name);
  return tool === undefined || from === undefined ? line : { tool, from };
}
