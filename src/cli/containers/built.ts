// SPDX-License-Identifier: GPL-2.0-only
import type { ToolchainRecipe } from '../../model/recipe.js';
import type { EngineName } from '../../model/runtime.js';
import type { Entry } from '../../model/store.js';
import { imageOf } from '../../runtimes/engine/image.js';
import { baseImageName, ownImages } from './engines.js';
import { storedRoot } from './root.js';

/** What this machine has of a toolchain. */
export interface Built {
  /** The root that its lock gives. */
  readonly root: Entry | undefined;
  /** Engine and reference. */
  readonly images: readonly (readonly [EngineName, string])[];
}

/** What this machine has of each of these toolchains. */
export async function builtOf(
  toolchains: readonly ToolchainRecipe[],
  signal: AbortSignal,
): Promise<Built[]> {
  const images = await ownImages(signal);
  return Promise.all(
    toolchains.map(async (toolchain) => {
      const root = await storedRoot(toolchain, signal);
      const own = root === undefined ? undefined : imageOf(root);
      const based = `${baseImageName(toolchain.name)}:`;
      return {
        root,
        images: images.filter(([, name]) => name === own || name.startsWith(based)),
      };
    }),
  );
}
