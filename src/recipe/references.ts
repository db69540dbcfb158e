// SPDX-License-Identifier: GPL-2.0-only
import { parseFragment } from '../kconfig/fragment.js';
import { mergeRequests } from '../kconfig/requests.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { Failed } from '../model/failure.js';
import { PATCHED_FOR } from '../model/recipe.js';
import type {
  ConfigSpec,
  Overlay,
  ProjectFile,
  ProjectPatch,
  Series,
  SymbolRequest,
} from '../model/recipe.js';
import { MAX_BYTES } from './bounds.js';
import { nearestVersions } from './nearest.js';
import { printableFault } from './printable.js';
import { neededWith } from './patch-header.js';
import { Unusable, projectBytes, projectFile, projectHead, projectPath } from './project-file.js';
import { filesBelow } from './project-folder.js';
import type { ConfigWords } from './schema/config.js';
import type { SeriesWords } from './schema/series.js';
import { recipeVersions, type RecipeKind } from './directory.js';
import { decodeUtf8 } from './utf8.js';
import type { Path, YamlFile } from './yaml.js';

interface ReadFragment {
  readonly file: ProjectFile;
  readonly requests: readonly SymbolRequest[];
}

/**
 * Finds what a recipe refers to. A reference that leads nowhere becomes a complaint, and the search
 * goes on, so that all of them are told at once; what is returned then is not to be used.
 */
export class References {
  readonly faults: Diagnostic[] = [];

  constructor(
    private readonly root: string,
    private readonly yaml: YamlFile,
  ) {}

  series(words: SeriesWords): Promise<Series[]> {
    return Promise.all(
      words.map(async ({ name, patches = [], files = [] }, index) => {
        const at = ['series', index];
        if (patches.length + files.length === 0) {
          this.complain(at, `the series ${name} changes nothing`, 'give it patches or files');
        }
        return {
          name,
          patches: await this.patches(patches, [...at, 'patches']),
          overlays: await Promise.all(
            files.map(({ from, to }, entry) => this.overlay(from, to, [...at, 'files', entry])),
          ),
        };
      }),
    );
  }

  /** Each patch of the list at `path` with its digest and what its header says of tools. */
  patches(list: readonly string[], path: Path): Promise<ProjectPatch[]> {
    return Promise.all(
      list.map((file, index) =>
        this.trying([...path, index], { path: file, sha256: '' }, () =>
          this.patch(file, [...path, index]),
        ),
      ),
    );
  }

  private async patch(path: string, at: Path): Promise<ProjectPatch> {
    const file = await projectFile(this.root, path);
    const need = neededWith(await projectHead(this.root, path));
    if (typeof need !== 'string') return need === undefined ? file : { ...file, neededWith: need };
    const hint = `write it as "Needed-with: gcc 5"; the tools are ${PATCHED_FOR.join(', ')}`;
    this.complain(at, `the header of ${path} says ${JSON.stringify(need)}`, hint);
    return file;
  }

  /** Another recipe that has to exist. */
  async recipe(kind: RecipeKind, version: string, path: Path): Promise<void> {
    const known = await recipeVersions(this.root, kind);
    if (!known.includes(version)) {
      const near = nearestVersions(version, known);
      const hint = near.length === 0 ? undefined : `did you mean ${near.join(' or ')}?`;
      this.complain(path, `there is no recipe for ${kind} ${version}`, hint);
    }
  }

  /** The configuration with the requests of all its fragments, one per symbol. */
  async config({ base, fragments }: ConfigWords): Promise<ConfigSpec> {
    const parsed = await Promise.all(
      fragments.map((path, index) => this.fragment(path, ['config', 'fragments', index])),
    );
    const merged = mergeRequests(parsed.flatMap(({ requests }) => requests));
    this.faults.push(...merged.diagnostics);
    return { base, fragments: parsed.map(({ file }) => file), requests: merged.requests };
  }

  /** Scenarios that have to exist. */
  async scenarios(names: readonly string[], path: Path): Promise<void> {
    for (const [index, name] of names.entries()) {
      const file = `recipes/scenarios/${name}.yaml`;
      await this.trying([...path, index], '', () => projectPath(this.root, file, 'file'));
    }
  }

  private async overlay(from: string, to: string, path: Path): Promise<Overlay> {
    const files = await this.trying<ProjectFile[]>([...path, 'from'], [], () =>
      filesBelow(this.root, from),
    );
    return { from, to, files };
  }

  private fragment(path: string, at: Path): Promise<ReadFragment> {
    const otherwise = { file: { path, sha256: '' }, requests: [] };
    return this.trying(at, otherwise, async () => {
      const { file, bytes } = await projectBytes(this.root, path, MAX_BYTES);
      const { requests, diagnostics } = parseFragment(decodeUtf8(path, bytes).text, path);
      for (const fault of diagnostics) {
        // A symbol without a reason is a warning, and for `config show` to tell.
        if (fault.severity === 'error') this.faults.push(printableFault(fault));
      }
      return { file, requests };
    });
  }

  private async trying<T>(path: Path, otherwise: T, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Unusable) this.complain(path, error.why, error.hint);
      else if (error instanceof Failed) this.faults.push(...(error.failure.diagnostics ?? []));
      else throw error;
      return otherwise;
    }
  }

  /** Notes a fault at the value that `path` leads to. */
  complain(path: Path, message: string, hint?: string): void {
    this.faults.push(this.yaml.atValue(path, message, hint));
  }
}
