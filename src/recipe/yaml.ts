// SPDX-License-Identifier: GPL-2.0-only
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type YAMLMap,
} from 'yaml';
import type { Diagnostic } from '../model/diagnostic.js';
import { beyondBounds } from './bounds.js';
import { printable } from './printable.js';
import { refused } from './refuse.js';
import type { SourceText } from './source-text.js';

/** Keys that mean something to JavaScript's objects. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const TAG_HINT = 'leave it out, or quote a value that starts with "!"';

/** Where a value stands: keys and indexes from the root. */
export type Path = readonly PropertyKey[];

/** A YAML file as plain data, with the places of its parts. */
export interface YamlFile {
  readonly source: SourceText;
  readonly data: unknown;
  /** A complaint at the value that `path` leads to, or at the nearest one above that exists. */
  atValue(path: Path, message: string, hint?: string): Diagnostic;
  /** A complaint at the key that `path` ends with. */
  atKey(path: Path, message: string, hint?: string): Diagnostic;
}

/**
 * Parses a YAML 1.2 document of maps, lists and scalars. Whatever else YAML knows (aliases, tags,
 * merged keys, several documents) is refused: a recipe must mean what it seems to say.
 *
 * @throws Failed `recipe-invalid` with all faults found
 */
export function parseYaml(source: SourceText): YamlFile {
  const beyond = beyondBounds(source);
  if (beyond !== undefined) throw refused([beyond]);
  const document = parseDocument(source.text, {
    prettyErrors: false,
    stringKeys: true,
    // The parser compares every key with every other; the walk below needs one look at each.
    uniqueKeys: false,
  });
  const faults = [...document.errors, ...document.warnings].map((error) =>
    source.complaint(error.pos[0], printable(error.message), yamlHint(error.code)),
  );
  if (faults.length > 0) throw refused(faults);
  const root = document.contents;
  const data = new Walk(source, faults).value(root);
  if (faults.length > 0) throw refused(faults);
  return {
    source,
    data,
    atValue: (path, message, hint) => source.complaint(startOf(nodeAt(root, path)), message, hint),
    atKey: (path, message, hint) => source.complaint(keyStart(root, path), message, hint),
  };
}

function yamlHint(code: string): string | undefined {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'indent with spaces';
    case 'MULTIPLE_DOCS':
      return 'a file holds one recipe: leave out the line "---"';
    case 'TAG_RESOLVE_FAILED':
      return TAG_HINT;
    default:
      return undefined;
  }
}

/** Turns nodes into plain data and complains of all that is not plain. */
class Walk {
  constructor(
    private readonly source: SourceText,
    private readonly faults: Diagnostic[],
  ) {}

  value(node: unknown): unknown {
    if (isAlias(node)) {
      this.complain(node, 'a YAML alias', 'write the value out');
      return null;
    }
    if (isCollection(node) || isScalar(node)) {
      if (node.anchor !== undefined) {
        this.complain(node, 'a YAML anchor', 'leave it out: a recipe has no aliases');
      }
      if (node.tag !== undefined) this.complain(node, 'a YAML tag', TAG_HINT);
    }
    if (isMap(node)) return this.map(node);
    if (isSeq(node)) return node.items.map((item) => this.value(item));
    return isScalar(node) ? node.value : null;
  }

  private map(map: YAMLMap): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : '';
      if (FORBIDDEN_KEYS.has(name)) {
        this.complain(key, `the key "${name}" is not allowed`, 'leave it out');
      } else if (seen.has(name)) {
        this.complain(key, `the key "${printable(name)}" stands twice`, 'keep one of them');
      } else {
        seen.add(name);
        data[name] = this.value(value);
      }
    }
    return data;
  }

  private complain(node: unknown, message: string, hint: string): void {
    this.faults.push(this.source.complaint(startOf(node), message, hint));
  }
}

function startOf(node: unknown): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}

function pairAt(map: YAMLMap, name: PropertyKey | undefined) {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

function nodeAt(root: unknown, path: Path): unknown {
  let node = root;
  for (const step of path) {
    const pair = isMap(node) ? pairAt(node, step) : undefined;
    const next = isSeq(node) ? node.items[Number(step)] : (pair?.value ?? pair?.key);
    if (next === undefined || next === null) break;
    node = next;
  }
  return node;
}

function keyStart(root: unknown, path: Path): number {
  const map = nodeAt(root, path.slice(0, -1));
  const pair = isMap(map) ? pairAt(map, path.at(-1)) : undefined;
  return startOf(pair === undefined ? map : pair.key);
}
