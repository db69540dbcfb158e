// SPDX-License-Identifier: GPL-2.0-only
import type * as z from 'zod/mini';
import type { Diagnostic } from '../model/diagnostic.js';
import { nearest } from './nearest.js';
import { printable, shown } from './printable.js';
import type { Path, YamlFile } from './yaml.js';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodTypes;

/** Every fault that a schema finds, as complaints about the very places in the file. */
export function explain(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  yaml: YamlFile,
): Diagnostic[] {
  return explainBelow(issues, schema as Schema, [], yaml);
}

/** `base` is where `schema` stands; the issues' paths start there. */
function explainBelow(
  issues: readonly Issue[],
  schema: Schema,
  base: Path,
  yaml: YamlFile,
): Diagnostic[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    const here = schemaAt(schema, issue.path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownKey(key, keysOf(here), path, yaml));
      case 'invalid_union':
        return explainUnion(issue, here, path, yaml);
      case 'invalid_key': {
        const key = `the key "${printable(String(path.at(-1)))}" in ${named(path.slice(0, -1))}`;
        return issue.issues.map(({ message }) => yaml.atKey(path, `${key} ${message}`));
      }
      case 'invalid_type':
        return [wrongType(issue.expected, path, yaml)];
      case 'invalid_value':
        return [wrongValue(issue.values.map(String), path, yaml)];
      default: {
        const value = valueAt(yaml.data, path);
        const found = typeof value === 'object' ? '' : `, not ${shown(value)}`;
        return [yaml.atValue(path, `${named(path)} ${issue.message}${found}`)];
      }
    }
  });
}

function unknownKey(key: string, known: readonly string[], path: Path, yaml: YamlFile): Diagnostic {
  const meant = nearest(key, known);
  const all = `known here: ${known.join(', ')}`;
  return yaml.atKey(
    [...path, key],
    `unknown key "${printable(key)}"${path.length === 0 ? '' : ` in ${named(path)}`}`,
    meant === undefined ? all : `did you mean "${meant}"? (${all})`,
  );
}

function wrongType(expected: string, path: Path, yaml: YamlFile): Diagnostic {
  const value = valueAt(yaml.data, path);
  if (value === undefined) {
    const above = path.slice(0, -1);
    const message = `${named(path)} is missing`;
    return above.length === 0
      ? yaml.atValue([], message, `add "${String(path.at(-1))}: …"`)
      : yaml.atKey(above, message, `add "${String(path.at(-1))}: …" below ${named(above)}`);
  }
  const wanted = TYPES[expected] ?? { words: expected };
  const quoted =
    expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')
      ? 'put it in quotes: YAML reads 6.10 as the number 6.1'
      : wanted.hint;
  const name = path.length === 0 ? 'a recipe' : named(path);
  return yaml.atValue(path, `${name} has to be ${wanted.words}, not ${shown(value)}`, quoted);
}

const TYPES: Readonly<Record<string, { readonly words: string; readonly hint?: string }>> = {
  string: { words: 'text' },
  array: { words: 'a list', hint: 'one entry a line, each after "- "' },
  object: { words: 'a map', hint: 'one "key: value" a line, further in than the line above' },
  int: { words: 'a whole number' },
  number: { words: 'a number' },
};

function wrongValue(known: readonly string[], path: Path, yaml: YamlFile): Diagnostic {
  const value = valueAt(yaml.data, path);
  if (value === undefined) return wrongType('string', path, yaml);
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  return yaml.atValue(
    path,
    `${named(path)} has to be ${known.join(' or ')}, not ${shown(value)}`,
    meant === undefined ? undefined : `did you mean "${meant}"?`,
  );
}

/** The members of our unions are maps, each told by its first key: complain of the one that is meant. */
function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  union: Schema | undefined,
  path: Path,
  yaml: YamlFile,
): Diagnostic[] {
  const options = union?._zod.def.type === 'union' ? union._zod.def.options : [];
  const value = valueAt(yaml.data, path);
  if (typeof value !== 'object' || value === null) return [wrongType('object', path, yaml)];
  const heads = options.map((option) => keysOf(option as Schema)[0] ?? '');
  const meant = heads.findIndex((head) => Object.hasOwn(value, head));
  const schema = options[meant] as Schema | undefined;
  if (schema !== undefined) return explainBelow(issue.errors[meant] ?? [], schema, path, yaml);
  return [
    yaml.atKey(
      path,
      `${named(path)} does not say which kind it is`,
      `its first key is one of ${heads.join(', ')}`,
    ),
  ];
}

/** Schema of the value that `path` leads to. */
function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let here: Schema | undefined = unwrapped(schema);
  for (const step of path) {
    if (here === undefined) return undefined;
    const def: Schema['_zod']['def'] = here._zod.def;
    let next: unknown;
    if (def.type === 'object') next = (def.shape as Record<PropertyKey, unknown>)[step];
    else if (def.type === 'array') next = def.element;
    else if (def.type === 'record') next = def.valueType;
    here = next === undefined ? undefined : unwrapped(next as Schema);
  }
  return here;
}

function unwrapped(schema: Schema): Schema {
  const { def } = schema._zod;
  return def.type === 'optional' || def.type === 'default'
    ? unwrapped(def.innerType as Schema)
    : schema;
}

function keysOf(schema: Schema | undefined): string[] {
  return schema?._zod.def.type === 'object' ? Object.keys(schema._zod.def.shape) : [];
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    data,
  );
}

/** `series[0].patches`, as people write it. */
function named(path: Path): string {
  return path
    .map((step, index) =>
      typeof step === 'number'
        ? `[${String(step)}]`
        : `${index === 0 ? '' : '.'}${printable(String(step))}`,
    )
    .join('');
}
