// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { networkEnvironment } from '../host/environment.js';
import { exec } from '../host/exec.js';
import { ensureDirectory, kindOf, writeAtomically } from '../host/files.js';
import { osRelease } from '../host/os-release.js';
import { Failed } from '../model/failure.js';
import type { AptSource } from '../model/source.js';

/** Debian's keys: what they sign is trusted, and nothing else. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Recipes are for x86_64; the machine may be of another architecture. */
const ARCHITECTURE = 'amd64';
/** Suites that have neither updates nor a security archive (the Debian FAQ, chapter 6). */
const ROLLING = new Set(['sid', 'unstable', 'experimental']);
/** The machine's options that say how to reach a mirror and what clock to trust (apt.conf(5)). */
const CARRIED =
  /^Acquire::(https?|ftp|tor|Retries|ForceIPv[46]|Queue-Mode|Check-Date|Check-Valid-Until|Max-(Valid|Future)Time)\b/i;

/** Addresses of Debian's archives, as the machine is configured. */
export interface Mirrors {
  readonly main: string;
  readonly security: string | undefined;
}

/** A private apt: its own sources, lists and cache, so that no root is needed and nothing of the machine's changes. */
export interface PrivateApt {
  readonly dir: string;
  /** The whole environment for apt's programs. */
  readonly env: Readonly<Record<string, string>>;
}

interface Repository {
  readonly uri: string;
  readonly origin: string;
  readonly label: string;
}

/** A line of `apt-get update --print-uris`: address, and file name in the machine's lists. */
const INRELEASE = /^'(\S+\/)dists\/(\S+)\/InRelease' (\S+) /;

/**
 * What apt reads on this machine. Whose archive it is, its downloaded InRelease file says (as
 * `apt-get indextargets` would, which takes a second to read all packages first); where no lists were
 * ever downloaded there are only names to go by, and the signature will tell.
 */
async function repositories(signal: AbortSignal): Promise<Repository[]> {
  const { stdout: printed } = await exec(['apt-get', 'update', '--print-uris'], { signal });
  const { stdout: shell } = await exec(['apt-config', 'shell', 'L', 'Dir::State::lists/d'], {
    signal,
  });
  const lists = /^L='(.*)'$/m.exec(shell)?.[1] ?? '';
  const { id, codename } = await osRelease();
  // Another distribution's codename is no suite of Debian's.
  const own = id === 'debian' ? codename : undefined;
  const found = printed.split('\n').map(async (line): Promise<Repository[]> => {
    const [, uri, release, file] = INRELEASE.exec(line) ?? [];
    if (uri === undefined || release === undefined || file === undefined) return [];
    const text = await readFile(join(lists, file), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const origin = /^Origin: (.*)$/m.exec(text)?.[1] ?? '';
      return [{ uri, origin, label: /^Label: (.*)$/m.exec(text)?.[1] ?? '' }];
    }
    if (release === own) return [{ uri, origin: 'Debian', label: 'Debian' }];
    if (own === undefined || release !== `${own}-security`) return [];
    return [{ uri, origin: 'Debian', label: 'Debian-Security' }];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Finds Debian's archives in the machine's apt configuration.
 *
 * @throws Failed `host-lacks` with the line to add when the machine has none
 */
export async function mirrorsOf(signal: AbortSignal): Promise<Mirrors> {
  const all = (await repositories(signal)).filter(
    ({ origin, uri }) => origin === 'Debian' && /^[a-z][a-z0-9+.-]*:[^\s\]]+$/.test(uri),
  );
  const main = all.find(({ label }) => label === 'Debian')?.uri;
  if (main === undefined) {
    throw new Failed({
      reason: 'host-lacks',
      message: "apt on this machine has no source for Debian's archive",
      hints: [
        `add a line to /etc/apt/sources.list.d/debian.list and run apt-get update: deb [signed-by=${KEYRING}] MIRROR CODENAME main`,
        'where MIRROR is the address of a Debian mirror near you and CODENAME such as bookworm',
      ],
    });
  }
  return { main, security: all.find(({ label }) => label === 'Debian-Security')?.uri };
}

/** Suites to read beside the suite itself, with the archive that has them. */
export function pocketsOf(suite: string, { main, security }: Mirrors): [string, string][] {
  if (ROLLING.has(suite)) return [[main, suite]];
  const pockets: [string, string][] = [
    [main, suite],
    [main, `${suite}-updates`],
  ];
  if (security === undefined) return pockets;
  // Before bullseye the security suites had another name, and no mirror has those suites any more.
  return [...pockets, [security, `${suite}-security`]];
}

/** The private apt's folder for one suite and kind of index; its files need not be there yet. */
export function privateApt(source: AptSource, cache: string): PrivateApt {
  if (!/^[a-z][a-z0-9.-]*$/.test(source.suite)) {
    throw new Failed({ reason: 'recipe-invalid', message: `${source.suite} is no suite's name` });
  }
  const dir = join(cache, 'apt', source.suite, source.type);
  return { dir, env: { ...networkEnvironment(), APT_CONFIG: join(dir, 'apt.conf') } };
}

/** Writes the private configuration and the list of sources. */
export async function configure(
  { dir }: PrivateApt,
  type: AptSource['type'],
  pockets: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<void> {
  if ((await kindOf(KEYRING)) === 'none') {
    throw new Failed({
      reason: 'host-lacks',
      message: `Debian's keys are not there (${KEYRING})`,
      hints: ['install the package debian-archive-keyring, or run again with --install-deps'],
    });
  }
  for (const part of ['lists/partial', 'cache/archives/partial', 'empty']) {
    await ensureDirectory(join(dir, part));
  }
  const { stdout } = await exec(['apt-config', 'dump'], { signal });
  const carried = stdout.split('\n').filter((line) => CARRIED.test(line));
  const kind = type === 'source' ? 'deb-src' : 'deb';
  const sources = pockets.map(
    ([uri, suite]) => `${kind} [arch=${ARCHITECTURE} signed-by=${KEYRING}] ${uri} ${suite} main\n`,
  );
  await writeAtomically(join(dir, 'sources.list'), sources.join(''));
  await writeAtomically(join(dir, 'status'), '');
  await writeAtomically(join(dir, 'apt.conf'), `${[...options(dir), ...carried].join('\n')}\n`);
}

function options(dir: string): string[] {
  const empty = join(dir, 'empty');
  const set: Record<string, string> = {
    'Dir::Etc::parts': empty,
    'Dir::Etc::main': join(empty, 'apt.conf'),
    'Dir::Etc::sourcelist': join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': empty,
    'Dir::Etc::preferences': join(empty, 'preferences'),
    'Dir::Etc::preferencesparts': empty,
    'Dir::Etc::trusted': join(empty, 'trusted.gpg'),
    'Dir::Etc::trustedparts': empty,
    // Passwords for mirrors are the machine's (apt_auth.conf(5)).
    'Dir::Etc::netrc': '/etc/apt/auth.conf',
    'Dir::Etc::netrcparts': '/etc/apt/auth.conf.d',
    'Dir::State': dir,
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'APT::Architecture': ARCHITECTURE,
    // The folder is the user's own: apt's user for downloads can't write there.
    'APT::Sandbox::User': 'root',
    'APT::Update::Error-Mode': 'any',
    'Debug::NoLocking': 'true',
    'Acquire::Languages': 'none',
    'Acquire::GzipIndexes': 'false',
    'Acquire::Retries': '2',
    // A name server that does not answer would be waited for twice.
    'Acquire::EnableSrvRecords': 'false',
    'Acquire::http::Timeout': '10',
    'Acquire::https::Timeout': '10',
  };
  return Object.entries(set).map(([name, value]) => `${name} "${value}";`);
}
