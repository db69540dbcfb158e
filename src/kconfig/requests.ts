// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { SymbolRequest } from '../model/recipe.js';

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
