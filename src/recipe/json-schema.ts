// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { busyboxSchema } from './schema/busybox.js';
import { definitionsSchema } from './schema/definitions.js';
import { eraSchema } from './schema/era.js';
import { exerciseSchema } from './schema/exercise.js';
import { iptablesSchema } from './schema/iptables.js';
import { linuxSchema } from './schema/linux.js';
import { providerSchema } from './schema/provider.js';
import { toolchainSchema } from './schema/toolchain.js';
import { topologySchema } from './schema/topology.js';
import { userlandSchema } from './schema/userland.js';

const SCHEMAS = {
  linux: linuxSchema,
  era: eraSchema,
  layer7: providerSchema,
  definitions: definitionsSchema,
  iptables: iptablesSchema,
  busybox: busyboxSchema,
  toolchain: toolchainSchema,
  topology: topologySchema,
  exercise: exerciseSchema,
  userland: userlandSchema,
} as const;

/** Path of a published schema below the project's root; recipes name it in their first line. */
export function schemaPath(kind: keyof typeof SCHEMAS): string {
  return `schema/${kind}.schema.json`;
}

/**
 * The JSON Schema with which editors complete and check recipes as they are typed, as the text of
 * its file. It is made from the schema that checks the recipe here, so the two cannot differ.
 */
export function schemaText(kind: keyof typeof SCHEMAS): string {
  const schema = z.toJSONSchema(SCHEMAS[kind], { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: `l7build recipe: ${kind}`, ...schema }, null, 2)}\n`;
}
