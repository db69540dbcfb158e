// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { listOf, name, summary, word } from '../recipe/schema/words.js';

const port = z
  .int()
  .check(z.gte(1, 'has to be at least 1'), z.lte(65535, 'has to be at most 65535'));

/** `01 ff`: bytes in hex. */
const hex = word(
  /^[0-9a-f]{2}( ?[0-9a-f]{2})*$/,
  'bytes in hex, such as 13 42 69',
  'Bytes in hex.',
);
const bytes = z.string().check(z.minLength(1, 'has to have at least one byte'));

const turn = z.strictObject({
  client: z.optional(bytes),
  server: z.optional(bytes),
  'client-hex': z.optional(hex),
  'server-hex': z.optional(hex),
});

const exchange = z.strictObject({
  name: name('What checks call it.'),
  http: z.optional(port),
  port: z.optional(port),
  talk: z.optional(listOf(turn, 'Who says what, in order.')),
});

const rules = z.record(
  z.string(),
  word(/^-A [\w-]{1,28}( [ -~]+)?$/, 'iptables arguments that start with -A CHAIN', 'A rule.'),
);

const check = z.strictObject({
  id: name('Such as http-on-8080.'),
  title: summary,
  sysctls: z.optional(
    z.record(
      word(/^[a-z0-9_]+(\/[a-z0-9_]+)+$/, 'a path below /proc/sys', 'A path below /proc/sys.'),
      z.int(),
    ),
  ),
  rules,
  traffic: z.optional(z.array(z.string())),
  expect: z.strictObject({
    exchanges: z.optional(z.record(z.string(), z.enum(['completed', 'stalled']))),
    counts: z.optional(z.record(z.string(), z.enum(['some', 'none']))),
    definitions: z.optional(z.literal('taken')),
    drained: z.optional(
      z.strictObject({
        connections: z
          .int()
          .check(z.gte(1, 'has to be at least 1'), z.lte(1000, 'has to be at most 1000')),
        reads: z.int().check(z.gte(1, 'has to be at least 1'), z.lte(100, 'has to be at most 100')),
      }),
    ),
    restored: z.optional(z.literal(true)),
    reloaded: z.optional(word(/^\w+$/, "a module's name", 'Module to unload and load again.')),
  }),
});

/** A scenario file's words. */
export const scenarioSchema = z.strictObject({
  name: name("The file's name."),
  summary,
  'patience-ms': z.optional(
    z.int().check(z.gte(100, 'has to be at least 100'), z.lte(60_000, 'has to be at most 60000')),
  ),
  exchanges: listOf(exchange, 'Conversations that checks start.'),
  checks: listOf(check, 'What is claimed, and how it is tried.'),
});

export type ScenarioWords = z.infer<typeof scenarioSchema>;
export type ExchangeWords = ScenarioWords['exchanges'][number];
export type TurnWords = NonNullable<ExchangeWords['talk']>[number];
export type CheckWords = ScenarioWords['checks'][number];
