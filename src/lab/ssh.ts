// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import { kindOf, removeTree, writeAtomically } from '../host/files.js';
import { quoted } from '../host/shell-words.js';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import { runOn } from './client.js';
import { labFolder } from './folder.js';

/*
 *     <store>/labs/<name>/ssh/id, id.pub            the lab's own key
 *     <store>/labs/<name>/ssh/config                how ssh(1) reaches its hosts (ssh_config(5))
 *     <store>/labs/<name>/ssh/<host>.known_hosts    a host's key
 */

const SERVER = '/usr/sbin/sshd';
const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key';
/** In the host; gone with its memory. */
const KEYS = '/run/lab-ssh/authorized_keys';

/** What the host's script ends with when it has no server. */
const NO_SERVER = 3;

const HOST_KEY_LINE = /^ssh-ed25519 [A-Za-z0-9+/]{1,200}={0,2}(?= |$)/;

/**
 * A script that serves one connection at its standard streams, to who has the lab's key. It opens no port, so no rule of the
 * host is in its way, and it goes by no configuration of the host's.
 *
 * @param key line of the public one
 */
export function serverScript(key: string): string {
  const options = {
    ...{ AuthorizedKeysFile: KEYS, HostKey: HOST_KEY, Subsystem: 'sftp internal-sftp' },
    ...{ PermitRootLogin: 'prohibit-password', PasswordAuthentication: 'no' },
    ...{ KbdInteractiveAuthentication: 'no', UsePAM: 'no', PrintMotd: 'no' },
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return [
    'set -e',
    'umask 077',
    `mkdir -p ${KEYS.replace(/\/[^/]+$/, '')} /run/sshd`,
    `printf '%s\\n' ${quoted(key)} >${KEYS}`,
    'umask 022',
    `exec ${[SERVER, '-i', '-f', '/dev/null', ...words].map(quoted).join(' ')}`,
  ].join('\n');
}

/** The lab's public key, which is made with the private one if there is none. @throws Failed `host-lacks` without ssh-keygen */
export async function labKey(store: string, name: string): Promise<string> {
  const folder = labFolder(store, name);
  const home = join(folder, 'ssh');
  if ((await kindOf(home)) !== 'directory') {
    // Whoever is first has made it, and both files of it.
    const made = await mkdtemp(join(folder, '.ssh-'));
    const key = ['-q', '-t', 'ed25519', '-N', '', '-C', `lab ${name}`, '-f', join(made, 'id')];
    await exec(['ssh-keygen', ...key]);
    await rename(made, home).catch(async (error: unknown) => {
      await removeTree(made);
      if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
    });
  }
  return (await readFile(join(home, 'id.pub'), 'utf8')).trim();
}

/** A way to reach hosts of a lab by ssh. */
export interface Reach {
  /** Those that have a server. */
  readonly hosts: readonly string[];
  /** The command whose standard streams lead to a host's server. */
  readonly proxy: (host: string) => Argv;
}

/**
 * Makes all that ssh(1) needs to reach hosts: it asks nobody anything then, and sees none of the user's own files.
 *
 * @param wanted those of them that are asked for their key, which ssh(1) then knows
 * @returns path of the configuration, for ssh -F
 * @throws Failed `host-lacks`, `check-failed` when a host has no server, and as converse()
 */
export async function prepareSsh(
  store: string,
  name: string,
  { hosts, proxy }: Reach,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  await labKey(store, name);
  const home = join(labFolder(store, name), 'ssh');
  await Promise.all(
    wanted.map(async (host) => {
      const key = await hostKey(store, name, host, signal);
      await writeAtomically(join(home, `${host}.known_hosts`), `${host} ${key}\n`);
    }),
  );
  const config = join(home, 'config');
  const text = hosts.map((host) => section(host, home, proxy(host)).join('\n')).join('\n\n');
  await writeAtomically(config, `${text}\n`);
  return config;
}

async function hostKey(
  store: string,
  name: string,
  host: string,
  signal: AbortSignal,
): Promise<string> {
  const script = `[ -x ${SERVER} ] || exit ${String(NO_SERVER)}; cat ${HOST_KEY}.pub`;
  const { exitCode, stdout, stderr } = await runOn(store, name, { host, script }, signal);
  if (exitCode === NO_SERVER) throw noServer(host, 'its userland has no openssh-server');
  const [key] = HOST_KEY_LINE.exec(stdout) ?? [];
  if (exitCode === 0 && key !== undefined) return key;
  throw noServer(host, `it does not tell its key: ${stderr.trim()}`);
}

/** A host cannot be reached by ssh. @param why as the end of a sentence */
export function noServer(host: string, why: string): Failed {
  return new Failed({
    reason: 'check-failed',
    message: `${host} cannot be reached by ssh: ${why}`,
    hints: [
      `use what every host has: l7build lab exec ${host} -- COMMAND, l7build lab console ${host}`,
      'hosts with userland: debian in their topology have it, such as node1 of services',
    ],
  });
}

/** Settings of a host (ssh_config(5)); the last is read by the user's shell. */
function section(host: string, home: string, proxy: Argv): string[] {
  const settings = {
    ...{ HostName: host, HostKeyAlias: host, User: 'root' },
    ...{ IdentityFile: word(join(home, 'id')), IdentitiesOnly: 'yes', IdentityAgent: 'none' },
    UserKnownHostsFile: word(join(home, `${host}.known_hosts`)),
    ...{ GlobalKnownHostsFile: '/dev/null', StrictHostKeyChecking: 'yes', UpdateHostKeys: 'no' },
    PreferredAuthentications: 'publickey',
    ProxyCommand: proxy.map((text) => quoted(plain(text))).join(' '),
  };
  return [`Host ${host}`, ...Object.entries(settings).map(([key, text]) => `  ${key} ${text}`)];
}

/** A path as a word of ssh_config(5). */
function word(path: string): string {
  return `"${plain(path)}"`;
}

/** Where a `%` stands for itself. @throws Failed `usage` for what cannot be written there */
function plain(text: string): string {
  if (!/["\\$\n]/.test(text)) return text.replaceAll('%', '%%');
  throw new Failed({
    reason: 'usage',
    message: `ssh's configuration cannot hold the path ${JSON.stringify(text)}`,
    hints: ['L7BUILD_CACHE says where the store is'],
  });
}
