// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { BACKENDS, TABLES } from '../model/scenario.js';
import { listOf, name, path, summary, word } from '../recipe/schema/words.js';

const between = (least: number, most: number): z.ZodMiniInt =>
  z
    .int()
    .check(
      z.gte(least, `has to be at least ${String(least)}`),
      z.lte(most, `has to be at most ${String(most)}`),
    );

const port = between(1, 65_535);

/** A definition's second line. */
const pattern = word(/^[ -~]+$/, 'a pattern of printable ASCII', 'A pattern.');

/** `01 ff`: bytes in hex. */
const hex = word(
  /^[0-9a-f]{2}( ?[0-9a-f]{2})*$/,
  'bytes in hex, such as 13 42 69',
  'Bytes in hex.',
);
const bytes = z.string().check(z.minLength(1, 'has to have at least one byte'));

const segments = listOf(bytes, 'Bytes that go in a segment of TCP each.');

const turn = z.strictObject({
  client: z.optional(bytes),
  server: z.optional(bytes),
  'client-hex': z.optional(hex),
  'server-hex': z.optional(hex),
  'client-segments': z.optional(segments),
  'server-segments': z.optional(segments),
});

const exchange = z.strictObject({
  name: name('What checks call it.'),
  http: z.optional(port),
  port: z.optional(port),
  talk: z.optional(listOf(turn, 'Who says what, in order.')),
  via: z.optional(port),
  after: z.optional(name('The exchange that has to have ended before.')),
  ping: z.optional(
    z.strictObject({
      size: between(16, 60_000),
      fill: word(/^[0-9a-f]{2}$/, 'a byte in hex, such as 61', 'The byte that is sent.'),
    }),
  ),
});

const rules = z.record(
  z.string(),
  word(
    new RegExp(`^(-t (${TABLES.join('|')}) )?-A [\\w-]{1,28}( [ -~]+)?$`),
    'iptables arguments that start with -A CHAIN',
    'A rule.',
  ),
);

const amount = z.union([z.enum(['some', 'none']), z.int().check(z.gte(0, 'has to be at least 0'))]);

const check = z.strictObject({
  id: name('Such as http-on-8080.'),
  title: summary,
  backends: z.optional(listOf(z.enum(BACKENDS), 'The back ends that it says something of.')),
  'user-namespace': z.optional(z.literal(true)),
  'num-packets': z.optional(between(1, 99)),
  mtu: z.optional(between(1280, 65_536)),
  patterns: z.optional(z.record(name('What rules call it.'), pattern)),
  'all-definitions': z.optional(z.literal(true)),
  bulk: z.optional(between(1, 2000)),
  hostile: z.optional(
    z.strictObject({
      offered: between(10, 9990).check(z.multipleOf(10, 'has to be a multiple of 10')),
      patterns: listOf(pattern, "Offered in turn, each with the rule's number for NUMBER."),
    }),
  ),
  sysctls: z.optional(
    z.record(
      word(/^[a-z0-9_]+(\/[a-z0-9_]+)+$/, 'a path below /proc/sys', 'A path below /proc/sys.'),
      z.int(),
    ),
  ),
  rules,
  samples: z.optional(path('A folder of recorded exchanges, which are all played.')),
  traffic: z.optional(z.array(z.string())),
  expect: z.strictObject({
    exchanges: z.optional(z.record(z.string(), z.enum(['completed', 'stalled']))),
    counts: z.optional(z.record(z.string(), amount)),
    numbers: z.optional(z.record(z.string(), amount)),
    told: z.optional(z.literal('as-stated')),
    verdicts: z.optional(z.record(z.string(), name('A protocol.'))),
    monitored: z.optional(z.literal(true)),
    definitions: z.optional(z.literal('taken')),
    drained: z.optional(
      z.strictObject({
        connections: between(1, 1000),
        reads: between(1, 100),
      }),
    ),
    contained: z.optional(
      z.strictObject({
        'pattern-bytes': between(1, 2 ** 31),
        'memory-bytes': between(1, 2 ** 31),
        seconds: between(1, 60),
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
  'patience-ms': z.optional(between(100, 60_000)),
  exchanges: z.optional(listOf(exchange, 'Conversations that checks start.')),
  checks: listOf(check, 'What is claimed, and how it is tried.'),
});

export type ScenarioWords = z.infer<typeof scenarioSchema>;
export type ExchangeWords = NonNullable<ScenarioWords['exchanges']>[number];
export type TurnWords = NonNullable<ExchangeWords['talk']>[number];
export type CheckWords = ScenarioWords['checks'][number];
