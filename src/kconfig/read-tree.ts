// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { errorCode } from '../host/space.js';
import { parseExpression, type Expression } from './expression.js';
import { statements, type Statement } from './statements.js';
import { SymbolTable, YES, type Definition } from './symbol-table.js';

/** A menu, an `if` or a choice that is open, with the condition it puts on what is inside. */
interface Block {
  readonly keyword: string;
  readonly conditions: Expression[];
  readonly choice?: number;
}

/**
 * Reads the Kconfig files of a tree as far as needed to say why a symbol came out as it did: names,
 * types, prompts, dependencies, selects, ranges. Values are not computed here; the tree's own tools do.
 *
 * @param tree the source tree
 * @param srcarch the name that `$(SRCARCH)` stands for, such as `x86`
 */
export async function readKconfigTree(tree: string, srcarch: string): Promise<SymbolTable> {
  const reader = new Reader(tree, srcarch);
  await reader.file('Kconfig');
  return new SymbolTable(reader.definitions);
}

class Reader {
  readonly definitions: Definition[] = [];
  readonly #blocks: Block[] = [];
  /** Files being read, each sourced by the one before it. */
  readonly #reading: string[] = [];
  #choices = 0;
  /** The entry whose attributes are being read; a choice's or menu's own are its block's. */
  #entry: Definition | undefined;

  constructor(
    private readonly tree: string,
    private readonly srcarch: string,
  ) {}

  async file(name: string): Promise<void> {
    const path = normalize(name);
    if (path.startsWith('..') || path.startsWith('/') || this.#reading.includes(path)) return;
    let text;
    try {
      text = await readFile(join(this.tree, path), 'latin1');
    } catch (error) {
      // Distributions' trees leave out what they never build.
      if (['ENOENT', 'EISDIR'].includes(errorCode(error) ?? '')) return;
      throw error;
    }
    this.#reading.push(path);
    for (const statement of statements(text)) {
      if (statement.keyword === 'source') await this.file(this.#expanded(statement.rest));
      else this.#take(statement, path);
    }
    this.#reading.pop();
  }

  #expanded(rest: string): string {
    return rest
      .replace(/^["']|["']$/g, '')
      .replace(/\$\(?(?:SRCARCH|ARCH|HEADER_ARCH)\)?/g, this.srcarch)
      .replace(/^\$\(srctree\)\//, '');
  }

  #take({ keyword, rest, line }: Statement, file: string): void {
    switch (keyword) {
      case 'config':
      case 'menuconfig':
        this.#open(rest, `${file}:${String(line)}`);
        return;
      case 'menu':
      case 'choice':
      case 'if':
        this.#entry = undefined;
        this.#blocks.push({
          keyword,
          conditions: keyword === 'if' ? [expression(rest)] : [],
          ...(keyword === 'choice' ? { choice: (this.#choices += 1) } : {}),
        });
        return;
      case 'endmenu':
      case 'endchoice':
      case 'endif':
        this.#entry = undefined;
        this.#blocks.pop();
        return;
      case 'comment':
        // Its `depends on` is about the comment alone: take it up and forget it.
        this.#entry = { name: '', place: '', depends: [], selects: [] };
        return;
      default:
        this.#attribute(keyword, rest);
    }
  }

  #open(name: string, place: string): void {
    const choice = this.#blocks.findLast((block) => block.choice !== undefined)?.choice;
    this.#entry = {
      name,
      place,
      depends: this.#blocks.flatMap(({ conditions }) => conditions),
      selects: [],
      ...(choice === undefined ? {} : { choice }),
    };
    this.definitions.push(this.#entry);
  }

  #attribute(keyword: string, rest: string): void {
    const entry = this.#entry;
    // A menu's `visible if` hides the prompts inside, which comes to the same for whoever asks.
    if (['depends', 'requires', 'visible'].includes(keyword)) {
      const condition = expression(rest.replace(/^(?:on|if)\b/, ''));
      if (entry !== undefined) entry.depends.push(condition);
      else this.#blocks.at(-1)?.conditions.push(condition);
    }
    if (entry === undefined) return;
    const [value, condition] = cutCondition(rest);
    switch (keyword) {
      case 'boolean':
      case 'bool':
      case 'tristate':
      case 'string':
      case 'int':
      case 'hex':
        entry.type = keyword === 'boolean' ? 'bool' : keyword;
        if (value !== '') entry.prompt = condition;
        return;
      case 'def_bool':
      case 'def_tristate':
        entry.type = keyword === 'def_bool' ? 'bool' : 'tristate';
        return;
      case 'prompt':
        entry.prompt = condition;
        return;
      case 'select':
        entry.selects.push({ target: value, condition });
        return;
      case 'range':
        entry.range = value;
        return;
    }
  }
}

/** Cuts `"prompt" if CONDITION` in two; a value's own quotes may hold an `if`. */
function cutCondition(rest: string): [string, Expression] {
  const [, value = rest, condition] =
    /^((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'])*?)\s+if\s+(.*)$/.exec(rest) ?? [];
  return [value.trim(), condition === undefined ? YES : expression(condition)];
}

/** An expression that cannot be read counts as met: explanations go without it. */
function expression(text: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof SyntaxError) return YES;
    throw error;
  }
}
