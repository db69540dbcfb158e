// SPDX-License-Identifier: GPL-2.0-only
/* global AbortController */
/**
 * Runs one command in a builder, as a program of its own that can be killed or run by another user.
 * Argument: JSON { builder, options, workshop, command }. Says `ok`, or the failure as JSON.
 */
const { openBuilder } = await import('../../../dist/runtimes/index.js');
const [words] = process.argv.slice(2);
const { builder: name, options, workshop, command } = JSON.parse(words);
try {
  const builder = await openBuilder(name, options);
  const runtime = await builder.open(workshop);
  await runtime.run({ ...command, signal: new AbortController().signal });
  process.stdout.write('ok');
} catch (error) {
  if (error.failure === undefined) throw error;
  process.stdout.write(JSON.stringify(error.failure));
}
