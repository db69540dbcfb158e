// SPDX-License-Identifier: GPL-2.0-only
import type { Expression } from './expression.js';

/** One `config` entry of a symbol; a symbol may have several, in several files. */
export interface Definition {
  readonly name: string;
  /** `file:line` in the tree. */
  readonly place: string;
  type?: 'bool' | 'tristate' | 'string' | 'int' | 'hex';
  /** Condition of its prompt; `undefined` without a prompt: nobody can set it but other symbols. */
  prompt?: Expression;
  /** Own dependencies and those of the menus and conditions around it. */
  readonly depends: Expression[];
  readonly selects: { readonly target: string; readonly condition: Expression }[];
  range?: string;
  /** Number of the choice it is an option of. */
  readonly choice?: number;
}

/** Always met. */
export const YES: Expression = { kind: 'symbol', name: 'y' };

/** Every symbol of a tree, by name. */
export class SymbolTable {
  readonly #definitions = new Map<string, Definition[]>();
  readonly #selectors = new Map<string, { by: string; condition: Expression }[]>();

  constructor(definitions: readonly Definition[]) {
    for (const definition of definitions) {
      push(this.#definitions, definition.name, definition);
      for (const { target, condition } of definition.selects) {
        push(this.#selectors, target, { by: definition.name, condition });
      }
    }
  }

  get names(): string[] {
    return [...this.#definitions.keys()];
  }

  definitions(name: string): readonly Definition[] {
    return this.#definitions.get(name) ?? [];
  }

  /** Symbols that select a symbol, each with its condition. */
  selectors(name: string): readonly { readonly by: string; readonly condition: Expression }[] {
    return this.#selectors.get(name) ?? [];
  }

  /** The other options of a choice. */
  alternatives({ name, choice }: Definition): string[] {
    if (choice === undefined) return [];
    return [...this.#definitions.values()]
      .flat()
      .filter((other) => other.choice === choice && other.name !== name)
      .map((other) => other.name);
  }
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}
