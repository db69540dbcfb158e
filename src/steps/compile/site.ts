// SPDX-License-Identifier: GPL-2.0-only
import type { Argv } from '../../host/exec.js';
import type { BuildCommand } from '../../model/runtime.js';

/** Where a make stopped: its first complaint, which the others follow from. */
export interface Stop {
  /** As make names it. */
  readonly target: string;
  /** Folder of the make that stopped, where make tells. */
  readonly folder?: string;
}

/** Where a compile runs and what it is given: the same for the step and for a person's shell in it. */
export interface BuildSite {
  readonly cwd: string;
  /** The source tree, where that is kept apart from what is made of it. */
  readonly sources?: string;
  readonly env: Readonly<Record<string, string>>;
  /** make(1) with all its words but jobs and targets. */
  readonly make: Argv;
  /** What `make` makes of the site when a person asks for nothing else. */
  readonly targets: readonly string[];
  /** Folders that people need not read in front of a path, each with its last `/`. */
  readonly known: readonly string[];
  /** Words for `make` that make only the target it stopped at. */
  readonly again: (stop: Stop) => readonly string[];
}

/** What a command at a site is told of its sources. */
export function sourcesOf({ sources }: BuildSite): Pick<BuildCommand, 'sources'> {
  return sources === undefined ? {} : { sources };
}
