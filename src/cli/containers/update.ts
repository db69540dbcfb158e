// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { writeAtomically } from '../../host/files.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { changeLines, loadPinned, lockChanges, lockText, readLock } from '../../recipe/index.js';
import { resolveSet } from '../../sources/index.js';
import { PROJECT, storeRoot } from '../paths.js';
import { writeLine } from '../screen.js';

/**
 * `l7build containers update NAME`: pins what the suite has now, and tells what that changes.
 *
 * @throws Failed as `loadPinned` and `resolveSet`
 */
export async function updateToolchain(
  name: string,
  options: { readonly json: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const recipe = await loadPinned(PROJECT, name);
  const { lockPath, next } = recipe;
  const before = (await readLock(PROJECT, recipe))?.source;
  const { waiting } = await import('../../ui/waiting.js');
  const after = await waiting(`asking the mirror for Debian ${recipe.suite}`, () =>
    resolveSet(recipe.suite, recipe.packages, {
      cache: storeRoot(process.env),
      policy: { mirrors: [], offline: false },
      signal,
    }),
  );
  const changes = lockChanges(before?.debs ?? [], after.debs);
  await writeAtomically(join(PROJECT, lockPath), lockText(after));
  if (options.json) writeLine(JSON.stringify({ name, snapshot: after.snapshot, ...changes }));
  else {
    const lines = changeLines(changes);
    for (const line of lines) writeLine(line);
    writeLine(
      lines.length === 0
        ? `${lockPath} pins what Debian ${recipe.suite} has now`
        : `${lockPath}: ${String(after.debs.length)} packages, ${String(lines.length)} changes. Next: ${next}`,
    );
  }
  return EXIT.verified;
}
