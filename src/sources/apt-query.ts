// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../host/exec.js';
import { globToRegExp } from '../host/glob.js';
import { Failed } from '../model/failure.js';
import type { AptFile, AptResolution, AptSource } from '../model/source.js';
import type { PrivateApt } from './apt-config.js';

/** Packages that a closure may come to. */
const MOST_PACKAGES = 64;
/** A line of `--print-uris`: address, name, size, digest. */
const PRINTED = /^'([^']+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/;
const PACKAGE_NAME = /^[a-z0-9][a-z0-9+.-]+$/;

type Stanza = Readonly<Record<string, string>>;

/** Fields of deb822 stanzas (deb-control(5)); continuation lines stay in the value. */
export function parseStanzas(text: string): Stanza[] {
  return text
    .split(/\n\n+/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const fields = block.split(/\n(?! )/).map((field): [string, string] => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon), field.slice(colon + 1).trim()];
      });
      return Object.fromEntries(fields);
    });
}

/** Names in a Depends field, of all alternatives (deb-control(5)). */
export function dependencies(stanza: Stanza): string[] {
  const fields = [stanza['Pre-Depends'] ?? '', stanza['Depends'] ?? ''];
  return fields.flatMap((field) =>
    field
      .split(/[,|]/)
      .map((item) => item.trim().split(/[\s(:]/)[0] ?? '')
      .filter((name) => PACKAGE_NAME.test(name)),
  );
}

/** The lines of `--print-uris` as files, by name: apt's own order means nothing. */
export function parsePrintedUris(text: string): AptFile[] {
  const files = text.split('\n').flatMap((line) => {
    const [, url, name, size, sha256] = PRINTED.exec(line) ?? [];
    if (url === undefined || name === undefined || sha256 === undefined) return [];
    // apt escapes an epoch's colon in names, but not a path that a hostile index could bring.
    return [{ name: name.replaceAll('/', '_'), sha256, size: Number(size), url }];
  });
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Asks the downloaded indexes for a package: the newest version and its files, with the digests that
 * Debian signed.
 *
 * @throws Failed `source-missing` when the suite has no such package
 */
export async function query(
  source: AptSource,
  apt: PrivateApt,
  signal: AbortSignal,
): Promise<AptResolution> {
  if (!PACKAGE_NAME.test(source.package)) {
    throw new Failed({
      reason: 'recipe-invalid',
      message: `${source.package} is no package's name`,
    });
  }
  const ask = async (...argv: Argv): Promise<string> => {
    const answer = await exec(argv, { env: apt.env, signal, accept: [0, 100] });
    return answer.stdout;
  };
  const resolution =
    source.type === 'source' ? await querySource(source, ask) : await queryBinary(source, ask);
  if (resolution !== undefined && resolution.files.length > 0) return resolution;
  throw new Failed({
    reason: 'source-missing',
    message: `Debian ${source.suite} has no ${source.type} package ${source.package}`,
    hints: ['check the name and the suite in the recipe'],
  });
}

type Ask = (...argv: Argv) => Promise<string>;

async function querySource(source: AptSource, ask: Ask): Promise<AptResolution | undefined> {
  const all = parsePrintedUris(
    await ask('apt-get', 'source', '--download-only', '--print-uris', source.package),
  );
  const wanted = globToRegExp(source.file ?? '*');
  const files = all.filter(({ name }) => wanted.test(name));
  if (files.length === 0 && all.length > 0) throw noSuchFile(source, all);
  const stanzas = parseStanzas(await ask('apt-cache', 'showsrc', '--only-source', source.package));
  // The stanza of the version that apt chose is the one that lists the same digests.
  const chosen = stanzas.find((stanza) =>
    files.every(({ sha256 }) => stanza['Checksums-Sha256']?.includes(sha256)),
  );
  const version = chosen?.['Version'];
  return version === undefined ? undefined : { version, files };
}

function noSuchFile(source: AptSource, all: readonly AptFile[]): Failed {
  return new Failed({
    reason: 'source-missing',
    message: `the source package ${source.package} of Debian ${source.suite} has no file ${source.file ?? ''}`,
    details: all.map(({ name }) => name),
    hints: ['correct `unpack.file` in the recipe, or the suite'],
  });
}

async function queryBinary(source: AptSource, ask: Ask): Promise<AptResolution | undefined> {
  const show = async (names: readonly string[]): Promise<Stanza[]> =>
    parseStanzas(await ask('apt-cache', '--no-all-versions', 'show', ...names));
  const [first] = await show([source.package]);
  if (first?.['Version'] === undefined) return undefined;
  const packages = await closure(source, first, show);
  const argv: Argv = ['apt-get', 'download', '--print-uris', ...packages];
  const files = parsePrintedUris(await ask(...argv));
  return { version: first['Version'], files: files.length < packages.length ? [] : files };
}

/** The package and those of its direct and indirect dependencies that the recipe names. */
async function closure(
  source: AptSource,
  first: Stanza,
  show: (names: readonly string[]) => Promise<Stanza[]>,
): Promise<string[]> {
  const wanted = (source.closure ?? []).map((pattern) => new RegExp(`^(?:${pattern})$`));
  const packages = new Set([source.package]);
  for (let stanzas = [first]; stanzas.length > 0;) {
    const fresh = stanzas
      .flatMap(dependencies)
      .filter((name) => !packages.has(name) && wanted.some((pattern) => pattern.test(name)));
    for (const name of fresh) packages.add(name);
    if (packages.size > MOST_PACKAGES) {
      throw new Failed({
        reason: 'recipe-invalid',
        message: `the closure of ${source.package} has more than ${String(MOST_PACKAGES)} packages`,
        hints: ['narrow the regular expressions of `closure` in the recipe'],
      });
    }
    stanzas = fresh.length === 0 ? [] : await show(fresh);
  }
  return [...packages];
}
