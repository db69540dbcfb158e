// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { aligned } from '../../host/columns.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { loadLocked } from '../../recipe/index.js';
import { PROJECT } from '../paths.js';
import { writeLine } from '../screen.js';
import { builtOf } from './built.js';

const HEADER = ['NAME', 'SUITE', 'COMPILER', 'PACKAGES', 'LOCKED', 'BUILT'];

/** `l7build containers list` */
export async function listToolchains(
  { json }: { readonly json: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const recipes = await loadLocked(PROJECT);
  const built = await builtOf(
    recipes.filter((recipe) => recipe.kind === 'toolchain'),
    signal,
  );
  const rows = recipes.map((recipe, index) => {
    const { kind, name, summary, suite, lock } = recipe;
    const { root, images = [] } = built[index] ?? {};
    return {
      kind,
      name,
      summary,
      suite,
      compiler: recipe.kind === 'toolchain' ? recipe.compiler : null,
      base: recipe.kind === 'toolchain' ? recipe.base : null,
      packages: lock.debs.length,
      bytes: lock.debs.reduce((sum, { size }) => sum + size, 0),
      locked: dayOf(lock.snapshot),
      root: root === undefined ? null : join(root.dir, 'root'),
      images: images.map(([engine, reference]) => ({ engine, reference })),
    };
  });
  if (json) writeLine(JSON.stringify(rows, null, 2));
  else {
    const lines = rows.map((row) => [
      ...[row.name, row.suite, row.compiler ?? row.kind, String(row.packages), row.locked],
      hereOf(
        row.root !== null,
        row.images.map(({ engine }) => engine),
      ),
    ]);
    for (const line of aligned([HEADER, ...lines])) writeLine(line);
  }
  return EXIT.verified;
}

/** In a word or two: `root, podman image`. */
function hereOf(root: boolean, engines: readonly string[]): string {
  const images = [...new Set(engines)].map((engine) => `${engine} image`);
  return [...(root ? ['root'] : []), ...images].join(', ') || '-';
}

/** The day of a time as snapshot.debian.org writes it: `2026-11-22`. */
export function dayOf(snapshot: string): string {
  return snapshot.replace(/^(\d{4})(\d{2})(\d{2}).*$/, '$1-$2-$3');
}
