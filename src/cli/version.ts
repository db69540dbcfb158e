// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './paths.js';

interface PackageJson {
  readonly version: string;
}

/** The program's version, from package.json. */
export const VERSION = (
  JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as PackageJson
).version;
