// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Samples, Scenario } from '../model/scenario.js';
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
import { loadSamples } from './samples.js';
import { scenarioSchema, type ScenarioWords } from './schema.js';

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
  return readScenario(root, parseYaml(decodeUtf8(path, bytes)), basename(path, '.yaml'));
}

/** The scenario in a YAML file, with the samples of the project that it names. @throws Failed `recipe-invalid` */
async function readScenario(root: string, yaml: YamlFile, name: string): Promise<Scenario> {
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
  const listed = words.exchanges ?? [];
  unique(
    listed.map((one) => one.name),
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
  const exchanges = listed.map((one, index) => toExchange(one, ['exchanges', index], complain));
  const brought = { exchanges, samples: await samplesOf(root, words, complain) };
  const checks = words.checks.map((one, index) =>
    toCheck(one, brought, ['checks', index], complain),
  );
  if (faults.length > 0) throw refused(faults);
  return {
    name: words.name,
    summary: words.summary,
    patienceMs: words['patience-ms'] ?? PATIENCE_MS,
    checks,
  };
}

/** The samples that checks name, by folder. */
async function samplesOf(
  root: string,
  { checks }: ScenarioWords,
  complain: Complain,
): Promise<Map<string, Samples>> {
  const found = new Map<string, Samples>();
  for (const [index, { samples: folder }] of checks.entries()) {
    if (folder === undefined || found.has(folder)) continue;
    try {
      found.set(folder, { folder, all: await loadSamples(root, folder) });
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      complain(['checks', index, 'samples'], error.why, error.hint);
    }
  }
  return found;
}

function unique(names: readonly string[], list: string, key: string, complain: Complain): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) complain([list, index, key], `${name} is there twice`);
  });
}
