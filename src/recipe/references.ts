// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { ConfigSpec, Overlay, ProjectFile, Series } from '../model/recipe.js';
import { nearestVersions } from './nearest.js';
import { Unusable, projectFile, projectPath } from './project-file.js';
import { filesBelow } from './project-folder.js';
import type { LinuxWords } from './schema/linux.js';
import type { SeriesWords } from './schema/series.js';
import { recipeVersions, type RecipeKind } from './directory.js';
import type { Path, YamlFile } from './yaml.js';

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
          patches: await this.files(patches, [...at, 'patches']),
          overlays: await Promise.all(
            files.map(({ from, to }, entry) => this.overlay(from, to, [...at, 'files', entry])),
          ),
        };
      }),
    );
  }

  /** Each entry of the list at `path` with its digest. */
  files(list: readonly string[], path: Path): Promise<ProjectFile[]> {
    return Promise.all(
      list.map((file, index) =>
        this.trying([...path, index], { path: file, sha256: '' }, () =>
          projectFile(this.root, file),
        ),
      ),
    );
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

  /** The configuration with the requests of all its fragments. */
  async config({ base, fragments }: LinuxWords['config']): Promise<ConfigSpec> {
    const files = await this.files(fragments, ['config', 'fragments']);
    return { base, fragments: files, requests: [] };
  }

  /** A scenario that has to exist. */
  async scenario(name: string, path: Path): Promise<void> {
    const file = `recipes/scenarios/${name}.yaml`;
    await this.trying(path, '', () => projectPath(this.root, file, 'file'));
  }

  private async overlay(from: string, to: string, path: Path): Promise<Overlay> {
    const files = await this.trying<ProjectFile[]>([...path, 'from'], [], () =>
      filesBelow(this.root, from),
    );
    return { from, to, files };
  }

  private async trying<T>(path: Path, otherwise: T, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      this.complain(path, error.why, error.hint);
      return otherwise;
    }
  }

  /** Notes a fault at the value that `path` leads to. */
  complain(path: Path, message: string, hint?: string): void {
    this.faults.push(this.yaml.atValue(path, message, hint));
  }
}
