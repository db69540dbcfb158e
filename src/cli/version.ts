// SPDX-License-Identifier: GPL-2.0-only
import { createRequire } from 'node:module';

interface PackageJson {
  readonly version: string;
}

/** The program's version, from package.json. */
export const VERSION = (createRequire(import.meta.url)('../../package.json') as PackageJson)
  .version;
