// SPDX-License-Identifier: GPL-2.0-only
import type { LinuxRecipe, ModuleMode } from '../model/recipe.js';
import { realRoot, recipeVersions, requireRecipe } from './directory.js';
import { loadEra } from './era.js';
import { loadProvider } from './provider.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { linuxSchema, type LinuxWords } from './schema/linux.js';
import { toSourceSpec } from './schema/source.js';

/**
 * The recipe of a kernel, checked, with the digest of every file that it refers to.
 *
 * @param projectRoot the project's folder
 * @param version as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadLinuxRecipe(projectRoot: string, version: string): Promise<LinuxRecipe> {
  const root = await realRoot(projectRoot);
  const named = await fileOf(root, version);
  const { words, file, references } = await readRecipe(root, 'linux', named, linuxSchema);
  const release = named === version ? words : words.releases?.[version];
  // No release of that file: the error of a version that nobody knows.
  if (release === undefined) await requireRecipe(root, 'linux', version);
  const [series, config] = await Promise.all([
    references.series(words.series),
    references.config(words.config),
    references.recipe('era', words.era, ['era']),
    words.layer7 === undefined ? undefined : references.recipe('layer7', words.layer7, ['layer7']),
    references.recipe('iptables', words.iptables, ['iptables']),
    references.recipe('toolchain', words.toolchain, ['toolchain']),
    references.scenarios(words.verify.scenarios, ['verify', 'scenarios']),
  ]);
  if (references.faults.length > 0) throw refused(references.faults);
  return {
    kind: 'linux',
    version,
    releases: named === version ? Object.keys(words.releases ?? {}) : [],
    ...about(release === undefined ? words : ofRelease(words, release)),
    file,
    arch: words.arch,
    era: await loadEra(root, words.era),
    series,
    ...(words.layer7 === undefined ? {} : { layer7: await loadProvider(root, words.layer7) }),
    config,
    toolchain: words.toolchain,
    iptables: words.iptables,
    protocols: words.protocols,
    scenarios: words.verify.scenarios,
    families: words.verify.families,
    ...(words.verify.backends === undefined ? {} : { backends: words.verify.backends }),
    guestModules: words.verify.modules,
    ...(words.module === undefined ? {} : { module: moduleMode(words.module) }),
  };
}

/** The version whose file says how a version is made: its own, or that of the series it is a release of. */
async function fileOf(root: string, version: string): Promise<string> {
  const known = await recipeVersions(root, 'linux');
  if (known.includes(version)) return version;
  return known.findLast((each) => version.startsWith(`${each}.`)) ?? version;
}

/** What a release may have of its own. */
type OwnWords = Pick<LinuxWords, 'summary' | 'unverified' | 'source' | 'unpack' | 'license'>;

/** A release's words; one without a source has the recipe's. All of a series have one licence. */
function ofRelease(
  words: OwnWords,
  release: Omit<OwnWords, 'source' | 'license'> & Partial<OwnWords>,
): OwnWords {
  const { source } = release;
  if (source === undefined) return { ...words, ...release };
  return { ...(words.license === undefined ? {} : { license: words.license }), ...release, source };
}

function about({
  summary,
  unverified,
  ...own
}: OwnWords): Pick<LinuxRecipe, 'summary' | 'unverified' | 'linux'> {
  return {
    summary,
    ...(unverified === undefined ? {} : { unverified }),
    linux: toSourceSpec(own),
  };
}

function moduleMode({ headers, image, unverified }: NonNullable<LinuxWords['module']>): ModuleMode {
  return {
    ...(unverified === undefined ? {} : { unverified }),
    headers: toSourceSpec({ source: headers }),
    image: toSourceSpec({ source: image }),
  };
}
