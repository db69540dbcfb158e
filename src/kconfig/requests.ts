// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import { Failed } from '../model/failure.js';
import type { ProjectFile, SymbolRequest } from '../model/recipe.js';
import { parseFragment } from './fragment.js';

export interface Requests {
  /** One per symbol, in the order of the fragments. */
  readonly requests: readonly SymbolRequest[];
  /** Warnings: reasons that are missing. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads the fragments of a recipe as one list of requests.
 *
 * @param project the project's root
 * @throws Failed `recipe-invalid` with every line that cannot be read, and with both places of every
 *   symbol that is asked for twice with different values
 */
export async function readRequests(
  project: string,
  fragments: readonly ProjectFile[],
): Promise<Requests> {
  const parsed = await Promise.all(
    fragments.map(async ({ path }) =>
      parseFragment(await readFile(join(project, path), 'utf8'), path),
    ),
  );
  const merged = mergeRequests(parsed.flatMap(({ requests }) => requests));
  const diagnostics = [
    ...parsed.flatMap((fragment) => fragment.diagnostics),
    ...merged.diagnostics,
  ];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return { requests: merged.requests, warnings: diagnostics };
  throw new Failed({
    reason: 'recipe-invalid',
    message:
      errors.length === 1
        ? `${first.file}:${String(first.line)}: ${first.message}`
        : `${String(errors.length)} faults in the CONFIG fragments`,
    diagnostics: errors,
  });
}

/**
 * Makes one request per symbol. The same value asked for again keeps the first place and reason; another
 * value is a contradiction, since whoever wrote the first line would not see it lost.
 */
export function mergeRequests(requests: readonly SymbolRequest[]): {
  readonly requests: readonly SymbolRequest[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const bySymbol = new Map<string, SymbolRequest>();
  const diagnostics: Diagnostic[] = [];
  for (const request of requests) {
    const first = bySymbol.get(request.symbol);
    if (first === undefined) bySymbol.set(request.symbol, request);
    else if (first.value !== request.value) {
      diagnostics.push({
        file: request.file,
        line: request.line,
        column: 1,
        severity: 'error',
        message:
          `CONFIG_${request.symbol}=${request.value} contradicts ` +
          `${first.file}:${String(first.line)}, which asks for ${first.value}`,
        hint: 'keep one of the two lines',
      });
    }
  }
  return { requests: [...bySymbol.values()], diagnostics };
}
