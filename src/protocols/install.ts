// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { ProjectFile } from '../model/recipe.js';
import { SUFFIX, type Definition } from './parse.js';
import type { DefinitionSet } from './set.js';

/** A definition file as it is installed. */
export interface InstalledFile {
  /** Name in the directory of definitions, such as /etc/l7-protocols; it has no subdirectories. */
  readonly name: string;
  readonly from: ProjectFile;
}

export interface InstallLayout {
  /** Sorted by name. */
  readonly files: readonly InstalledFile[];
  /** Definitions left out because an earlier set has one of the same name. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What is installed for a choice of sets. Of a name that several sets define, the first set's
 * definition is taken, so that a set of one's own, named first, replaces some of ours.
 */
export function installLayout(sets: readonly DefinitionSet[]): InstallLayout {
  const chosen = new Map<string, Definition>();
  const diagnostics: Diagnostic[] = [];
  for (const definition of sets.flatMap(({ definitions }) => definitions)) {
    const { name, file } = definition;
    const first = chosen.get(name);
    if (first === undefined) chosen.set(name, definition);
    else if (first.file !== file) diagnostics.push(leftOut(definition, first));
  }
  const files = [...chosen.values()]
    .map(({ name, file, sha256 }) => ({ name: name + SUFFIX, from: { path: file, sha256 } }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { files, diagnostics };
}

function leftOut({ file, name, nameLine }: Definition, first: Definition): Diagnostic {
  return {
    file,
    line: nameLine,
    column: 1,
    severity: 'warning',
    message: `not installed: ${first.file} defines ${name} as well and comes first`,
    hint: 'name the sets in the order of their precedence',
    quote: name,
  };
}
