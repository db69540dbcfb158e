// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { ownEnvironment } from '../../host/environment.js';
import { interrupted, type Argv } from '../../host/exec.js';
import { INSTALLED } from '../../host/installed.js';
import { withTerminal } from '../../host/terminal.js';
import { statusOf } from '../../lab/client.js';
import { noHost } from '../../lab/failures.js';
import type { HostStatus } from '../../lab/messages.js';
import { labKey, noServer, prepareSsh, serverScript, type Reach } from '../../lab/ssh.js';
import { joinStreams } from './streams.js';
import { whichLab, type Which } from './which.js';

/** Why a host without a distribution's programs is not reached. */
const SMALL = "it has a guest's small programs only";

/** Runs ssh(1) to a host. @returns its exit code, which is the command's */
export async function sshTo(
  store: string,
  host: string,
  words: readonly string[],
  { tty, ...which }: Which & { readonly tty: boolean },
  signal: AbortSignal,
): Promise<number> {
  const { name } = await whichLab(store, which);
  const { hosts } = await statusOf(store, name, signal);
  reachable(host, hosts);
  const config = await prepareSsh(store, name, reachOf(store, name, hosts), [host], signal);
  const argv: Argv = ['ssh', '-F', config, ...(tty ? ['-t'] : []), '--', host, ...words];
  return withTerminal(argv, { env: ownEnvironment(), signal });
}

/** Serves a connection of ssh's at our standard streams; what ssh(1) is told to run. */
export async function serveSsh(
  store: string,
  host: string,
  which: Which,
  signal: AbortSignal,
): Promise<number> {
  const { name } = await whichLab(store, which);
  const script = serverScript(await labKey(store, name));
  // That ssh(1) hangs up when it has ended is nothing to tell.
  return (await joinStreams(store, name, { host, script }, signal)).exitCode;
}

/** Joins our standard streams with a connection to a port of a host's, made there. */
export async function connectTo(
  store: string,
  host: string,
  port: number,
  which: Which,
  signal: AbortSignal,
): Promise<number> {
  const { name } = await whichLab(store, which);
  // By the guest's own nc, which every host has.
  const script = `exec chroot /proc/1/root nc 127.0.0.1 ${String(port)}`;
  const { exitCode } = await joinStreams(store, name, { host, script }, signal);
  if (signal.aborted) throw interrupted();
  return exitCode;
}

/** @throws Failed `usage` for a host that is none, `check-failed` for one without a server */
function reachable(host: string, hosts: readonly HostStatus[]): void {
  const found = hosts.find(({ name }) => name === host);
  if (found === undefined) {
    throw noHost(
      host,
      hosts.map(({ name }) => name),
    );
  }
  if (found.userland === undefined) throw noServer(host, SMALL);
}

/** What leads to the servers of a lab's hosts, from whatever environment ssh(1) is called in. */
export function reachOf(store: string, name: string, hosts: readonly HostStatus[]): Reach {
  const program = join(INSTALLED, 'dist/cli/main.js');
  const l7build = ['env', `L7BUILD_CACHE=${store}`, process.execPath, program] as const;
  return {
    hosts: hosts.filter(({ userland }) => userland !== undefined).map((host) => host.name),
    proxy: (host) => [...l7build, 'lab', 'sshd', '--name', name, host],
  };
}
