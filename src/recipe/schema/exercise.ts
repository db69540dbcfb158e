// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { BACKENDS } from '../../model/scenario.js';
import { listOf, summary, version, versionedName, word } from './words.js';

const command = (description: string): z.ZodMiniOptional<z.ZodMiniString> =>
  z.optional(word(/^[ -~]+$/, 'a command of printable ASCII', description));

const amount = (description: string): z.ZodMiniInt =>
  z.int().check(z.gte(0, 'has to be at least 0'), z.describe(description));

const observation = z
  .strictObject({
    what: word(/^\S.*\S$/, 'one line of text', 'What the number is of.'),
    line: word(
      /^[ -~]+$/,
      'words of printable ASCII',
      'Words of a line: <n> is the number, <any> is any word. Without <n>, lines are counted.',
    ),
    is: z.optional(amount('What the number has to be.')),
    least: z.optional(amount('The least that it may be.')),
    most: z.optional(amount('The most that it may be.')),
  })
  .check(z.describe("A number in the command's output."));

const step = z
  .strictObject({
    on: word(/^[a-z][a-z0-9-]*$/, 'the name of a host', 'The host.'),
    rule: command('A command without which the exercise fails: what it is about.'),
    run: command('Any other command.'),
    start: command('A command that runs until the exercise ends.'),
    essential: z.optional(
      z.literal(true).check(z.describe('The exercise is about this step, as it is about every rule.')),
    ),
    port: z.optional(
      z
        .int()
        .check(
          z.gte(1, 'has to be at least 1'),
          z.lte(65_535, 'has to be at most 65535'),
          z.describe('Where it listens (TCP); waited for.'),
        ),
    ),
    observe: z.optional(listOf(observation, 'What its output has to tell; its exit code then does not count.')),
  })
  .check(z.describe('What is done on a host, in order.'));

const exception = z
  .strictObject({
    why: word(/^\S.*\S$/, 'one line of text', 'The reason, which the table of results shows.'),
    backends: z.optional(
      listOf(
        z.enum(BACKENDS).check(z.describe('One kind of iptables programs.')),
        'Only with these back ends of iptables.',
      ),
    ),
    from: z.optional(version('Only with kernels of this version on.')),
    below: z.optional(version('Only with kernels before this version.')),
  })
  .check(z.describe('A case that makes no sense: all that it says has to hold.'));

/** recipes/exercises/<name>.yaml */
export const exerciseSchema = z
  .strictObject({
    name: versionedName('As typed after l7build lab run; the same as the name of the file.'),
    summary,
    teaches: word(/^\S.*\S$/, 'one line of text', 'What is to be learnt, in a sentence or two.'),
    topology: versionedName('The hosts: a recipe of recipes/topologies.'),
    steps: listOf(step, 'What is done, in order.'),
    'not-applicable': z.optional(
      listOf(exception, 'Where the exercise is not tried, and why; neither passed nor failed.'),
    ),
  })
  .check(z.describe("Something to be tried on a lab's hosts, and what has to be observed."));

export type ExerciseWords = z.infer<typeof exerciseSchema>;
