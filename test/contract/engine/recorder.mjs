#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
/**
 * Stands in for docker's client. With L7BUILD_REAL_DOCKER it passes each call on and records it; else it
 * answers as recorded, call by call. Calls are lines of JSON in `calls`, answers in `answers`, both in
 * the folder L7BUILD_RECORDER.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.L7BUILD_RECORDER;
const calls = join(folder, 'calls');
const argv = process.argv.slice(2);

// How often a running container is looked at depends on the clock.
const isLook = argv[0] === 'inspect';
const answer = process.env.L7BUILD_REAL_DOCKER === undefined ? replay() : passOn();
if (!isLook) appendFileSync(calls, `${JSON.stringify({ argv, ...answer })}\n`);
process.stdout.write(answer.stdout);
process.exitCode = answer.exit;

function passOn() {
  const { status, stdout } = spawnSync(process.env.L7BUILD_REAL_DOCKER, argv, {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  return { exit: status, stdout: stdout.toString() };
}

function replay() {
  if (isLook) return { exit: 0, stdout: '0\n' };
  const nth = readFileSync(calls, 'utf8').split('\n').length - 1;
  const { exit, stdout } = JSON.parse(
    readFileSync(join(folder, 'answers'), 'utf8').split('\n')[nth],
  );
  if (argv[0] === 'import') readFileSync(0);
  // The one trace of a container that is looked for.
  if (argv[0] === 'run') writeFileSync(join(argv[argv.indexOf('--workdir') + 1], 'made'), '');
  return { exit, stdout };
}
