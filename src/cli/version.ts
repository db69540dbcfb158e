// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';

interface PackageJson {
  readonly version: string;
}

/** The program's version, from package.json. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageJson
).version;
