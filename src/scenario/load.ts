// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Scenario } from '../model/scenario.js';
import { MAX_BYTES } from '../recipe/bounds.js';
import { realRoot } from '../recipe/directory.js';
import { explain } from '../recipe/explain.js';
import { projectBytes, Unusable } from '../recipe/project-file.js';
import { refused, wholeFile } from '../recipe/refuse.js';
import { decodeUtf8 } from '../recipe/utf8.js';
import { parseYaml, type YamlFile } from '../recipe/yaml.js';
import { toCheck } from './checks.js';
import type { Complain } from './complain.js';
import { toExchange } from './exchanges.js';
import { scenarioSchema } from './schema.js';

/** Milliseconds; a packet on the loopback device takes well under one. */
const PATIENCE_MS = 1000;

/**
 * Reads and checks a scenario file.
 *
 * @param projectRoot the project's folder
 * @param path of the file below it
 * @throws Failed `recipe-invalid` with all faults and their places
 */
export async function loadScenario(projectRoot: string, path: string): Promise<Scenario> {
  const root = await realRoot(projectRoot);
  const { bytes } = await projectBytes(root, path, MAX_BYTES).catch((error: unknown) => {
    if (error instanceof Unusable) throw refused([wholeFile(path, error.why, error.hint)]);
    throw error;
  });
  return readScenario(parseYaml(decodeUtf8(path, bytes)), basename(path, '.yaml'));
}

/** The scenario in a YAML file. @throws Failed `recipe-invalid` */
export function readScenario(yaml: YamlFile, name: string): Scenario {
  const checked = scenarioSchema.safeParse(yaml.data, { jitless: true });
  if (!checked.success) throw refused(explain(checked.error.issues, scenarioSchema, yaml));
  const words = checked.data;
  const faults: Diagnostic[] = [];
  const complain: Complain = (path, message, hint) => {
    faults.push(yaml.atValue(path, message, hint));
  };
  if (words.name !== name) {
    complain(['name'], `the name is ${words.name}, but the file is named ${name}.yaml`);
  }
  unique(
    words.exchanges.map((one) => one.name),
    'exchanges',
    'name',
    complain,
  );
  unique(
    words.checks.map((one) => one.id),
    'checks',
    'id',
    complain,
  );
  const exchanges = words.exchanges.map((one, index) =>
    toExchange(one, ['exchanges', index], complain),
  );
  const checks = words.checks.map((one, index) =>
    toCheck(one, exchanges, ['checks', index], complain),
  );
  if (faults.length > 0) throw refused(faults);
  return {
    name: words.name,
    summary: words.summary,
    patienceMs: words['patience-ms'] ?? PATIENCE_MS,
    checks,
  };
}

function unique(names: readonly string[], list: string, key: string, complain: Complain): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) complain([list, index, key], `${name} is there twice`);
  });
}
