// SPDX-License-Identifier: GPL-2.0-only
import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { schemaPath, schemaText } from '../../../src/recipe/json-schema.js';

const ROOT = new URL('../../../', import.meta.url);

const FOLDERS = {
  linux: 'linux',
  era: 'eras',
  layer7: 'layer7',
  definitions: 'definitions',
  iptables: 'iptables',
  busybox: 'busybox',
  topology: 'topologies',
  exercise: 'exercises',
  userland: 'userlands',
} as const;
const KINDS = Object.keys(FOLDERS) as (keyof typeof FOLDERS)[];

describe.each(KINDS)('the published schema of %s recipes', (kind) => {
  it('is up to date; otherwise run: npm run schema', async () => {
    expect(await readFile(new URL(schemaPath(kind), ROOT), 'utf8')).toBe(schemaText(kind));
  });

  it('is named in the first line of every recipe', async () => {
    const folder = new URL(`recipes/${FOLDERS[kind]}/`, ROOT);
    const recipes = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
    expect(recipes).not.toEqual([]);
    for (const file of recipes) {
      const [first] = (await readFile(new URL(file, folder), 'utf8')).split('\n');
      expect(first).toBe(`# yaml-language-server: $schema=../../${schemaPath(kind)}`);
    }
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const visit = (name: string, schema: Schema): void => {
      if (schema.description === undefined && schema.type !== 'object') undescribed.push(name);
      for (const [key, child] of Object.entries(schema.properties ?? {}))
        visit(`${name}.${key}`, child);
      if (schema.items !== undefined) visit(`${name}[]`, schema.items);
      for (const option of schema.anyOf ?? []) visit(name, option);
    };
    visit(kind, JSON.parse(schemaText(kind)) as Schema);
    expect(undescribed).toEqual([]);
  });
});

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
