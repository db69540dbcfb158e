// SPDX-License-Identifier: GPL-2.0-only
// The inputs of a target that are kept, a line in hex each:
//   corpus.mjs unpack FILE FOLDER    as files of the folder, as fuzzers want them
//   corpus.mjs pack FOLDER FILE      and back, sorted
import { Buffer } from 'node:buffer';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [word, from, to] = process.argv.slice(2);
if (word === 'unpack') {
  mkdirSync(to, { recursive: true });
  readFileSync(from, 'utf8')
    .trimEnd()
    .split('\n')
    .forEach((line, index) => {
      writeFileSync(join(to, String(index)), Buffer.from(line, 'hex'));
    });
} else if (word === 'pack') {
  const lines = readdirSync(from).map((name) => readFileSync(join(from, name)).toString('hex'));
  writeFileSync(to, [...lines.sort(), ''].join('\n'));
} else {
  throw new Error('usage: corpus.mjs unpack FILE FOLDER | pack FOLDER FILE');
}
