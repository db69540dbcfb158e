// SPDX-License-Identifier: GPL-2.0-only
// Writes schema/*.schema.json from the schemas in src/recipe/schema; `npm run schema` compiles first.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { schemaPath, schemaText } from '../dist/recipe/json-schema.js';

const KINDS = [
  'linux',
  'era',
  'layer7',
  'definitions',
  'iptables',
  'busybox',
  'toolchain',
  'topology',
  'exercise',
  'userland',
];

for (const kind of KINDS) {
  const file = new URL(`../${schemaPath(kind)}`, import.meta.url);
  await writeFile(file, schemaText(kind));
  console.log(fileURLToPath(file));
}
