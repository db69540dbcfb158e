#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
import { CommanderError } from 'commander';
import { EXIT, EXIT_BY_REASON } from '../model/failure.js';
import { expectedFailure } from './expected-failure.js';
import { storeRoot } from './paths.js';
import { makeProgram } from './program.js';
import { writeFailure } from './screen.js';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // A second Ctrl-C does not wait for children to end.
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
  });
}
// `l7build list | head` closes our output early; that is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.verified);
    throw error;
  });
}

async function main(): Promise<number> {
  let code: number = EXIT.verified;
  const program = makeProgram({
    signal: stop.signal,
    end: (said) => {
      code = said;
    },
  });
  try {
    if (process.argv.length <= 2) program.help({ error: true });
    await program.parseAsync();
    return code;
  } catch (error) {
    // Commander has printed its help or complaint by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.verified : EXIT.usage;
    const failure = expectedFailure(error, storeRoot(process.env));
    if (failure === undefined) throw error;
    writeFailure(failure);
    return EXIT_BY_REASON[failure.reason];
  }
}

process.exitCode = await main();
