// SPDX-License-Identifier: GPL-2.0-only
import type { ConfigVerdict } from '../model/config.js';
import type { SymbolRequest } from '../model/recipe.js';
import type { Settings } from './dot-config.js';
import { evaluate, tristate, unmetTerms } from './evaluate.js';
import { similarSymbols } from './similar.js';
import type { Definition, SymbolTable } from './symbol-table.js';

/** Selecting symbols that are named at most. */
const NAMED = 5;

/**
 * Says why a request was not met, from the tree's Kconfig files and what the symbols came out as.
 *
 * @param verdict one that is not met
 * @param requests all requests, to name the place that asks for what stands in the way
 */
export function explainUnmet(
  verdict: ConfigVerdict,
  table: SymbolTable,
  resolved: Settings,
  requests: readonly SymbolRequest[],
): ConfigVerdict {
  const { symbol, requested } = verdict;
  const definitions = table.definitions(symbol);
  if (definitions.length === 0) {
    const near = similarSymbols(symbol, table.names);
    const unmet =
      near.length === 0
        ? 'this kernel has no such symbol'
        : `this kernel has no such symbol; it has ${near.join(', ')}`;
    return { ...verdict, outcome: 'unknown-symbol', unmet };
  }
  const unmet =
    requested === 'n'
      ? keptOn(symbol, definitions, table, resolved)
      : keptOff(verdict, definitions, table, resolved);
  return { ...verdict, unmet: `${unmet}${blamed(unmet, requests)}` };
}

/** Why a symbol that is to be off is on. */
function keptOn(
  symbol: string,
  definitions: readonly Definition[],
  table: SymbolTable,
  resolved: Settings,
): string {
  const selecting = table
    .selectors(symbol)
    .filter(
      ({ by, condition }) => tristate(resolved.get(by)) > 0 && evaluate(condition, resolved) > 0,
    )
    .map(({ by }) => by);
  if (selecting.length > 0) return `selected by ${some(selecting)}`;
  if (!askable(definitions, resolved))
    return 'cannot be switched off here: it has no visible prompt';
  return "the tree's own rules switch it on";
}

/** Why a symbol is less than, or other than, what was asked for. */
function keptOff(
  { symbol, requested, resolved: got }: ConfigVerdict,
  definitions: readonly Definition[],
  table: SymbolTable,
  resolved: Settings,
): string {
  const prompting = definitions.filter(({ prompt }) => prompt !== undefined);
  const type = definitions.find((definition) => definition.type !== undefined)?.type;
  if (prompting.length === 0) {
    const selectors = table.selectors(symbol).map(({ by }) => by);
    return selectors.length === 0
      ? `cannot be asked for: ${place(definitions)} computes it`
      : `cannot be asked for: it is switched on by ${some(selectors)}`;
  }
  const isBool = requested === 'y' || requested === 'm';
  if (type !== undefined && isBool !== (type === 'bool' || type === 'tristate')) {
    return `it takes a value of type ${type} (${place(definitions)})`;
  }
  const need = requested === 'y' ? 2 : 1;
  const [terms = []] = prompting
    .map(({ depends, prompt }) =>
      [...depends, ...(prompt === undefined ? [] : [prompt])].flatMap((condition) =>
        unmetTerms(condition, need, resolved),
      ),
    )
    .sort((a, b) => a.length - b.length);
  if (terms.length > 0) return `needs ${[...new Set(terms)].join('; needs ')}`;
  if (requested === 'm' && type === 'bool') {
    return 'it can be y or n, not a module: ask for y';
  }
  const rival = prompting
    .flatMap((definition) => table.alternatives(definition))
    .find((other) => resolved.get(other) === 'y');
  if (rival !== undefined) return `the choice it is part of came out as ${rival}`;
  const range = definitions.find((definition) => definition.range !== undefined)?.range;
  if (range !== undefined) return `its range is ${numbers(range, resolved)}`;
  if (requested === 'm' || requested === 'y') {
    return tristate(got) > 0
      ? 'another symbol selects it'
      : 'the compiler or a tool may lack what it asks for';
  }
  return 'the tree sets it by itself';
}

/** A range with the values of the symbols that name its ends. */
function numbers(range: string, resolved: Settings): string {
  return range
    .split(/\s+/)
    .map((end) => resolved.get(end) ?? end)
    .join(' to ');
}

function askable(definitions: readonly Definition[], resolved: Settings): boolean {
  return definitions.some(
    ({ prompt, depends }) =>
      prompt !== undefined && [...depends, prompt].every((term) => evaluate(term, resolved) > 0),
  );
}

function some(names: readonly string[]): string {
  const unique = [...new Set(names)].sort();
  const more = unique.length - NAMED;
  return `${unique.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function place(definitions: readonly Definition[]): string {
  return definitions.map((definition) => definition.place).join(', ');
}

/** Names the fragments that ask for what an explanation complains of. */
function blamed(unmet: string, requests: readonly SymbolRequest[]): string {
  const named = new Set(unmet.match(/[A-Z0-9_]{2,}/g));
  const guilty = requests.filter(({ symbol, value }) => named.has(symbol) && value === 'n');
  return guilty
    .map(({ symbol, file, line }) => ` (${file}:${String(line)} asks for ${symbol}=n)`)
    .join('');
}
