// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import type { Argv } from '../../host/exec.js';
import { withTerminal } from '../../host/terminal.js';
import { converse } from '../../lab/client.js';
import { noHost } from '../../lab/failures.js';
import { labFolder } from '../../lab/folder.js';
import { consoleOf } from '../../lab/machine.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { writeLine } from '../screen.js';
import { whichLab, type Which } from './which.js';

/** Shows what a host's kernel says on its console, as it says it. Works for a lab that has died, too. */
export async function showConsole(
  store: string,
  host: string,
  { follow, ...which }: Which & { readonly follow: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const { name, record, alive } = await whichLab(store, which);
  if (record?.hosts.includes(host) !== true) throw noHost(host, record?.hosts ?? []);
  const file = consoleOf(labFolder(store, name), host);
  const until = ['--follow', `--pid=${String(record.supervisor.pid)}`];
  const argv: Argv = ['tail', '--lines=+1', ...(follow && alive ? until : []), '--', file];
  const env = { PATH: process.env['PATH'] ?? '' };
  return (await withTerminal(argv, { env, signal })) === 0 ? EXIT.verified : EXIT.buildFailed;
}

/** Captures a link until it is interrupted, or the time is over. */
export async function capture(
  store: string,
  link: string,
  path: string,
  { seconds, ...which }: Which & { readonly seconds?: number },
  signal: AbortSignal,
): Promise<ExitCode> {
  const { name } = await whichLab(store, which);
  const file = resolve(path);
  const over = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  const until = AbortSignal.any([signal, ...over]);
  await converse(store, name, { do: 'capture', link, file }, until, ({ say }) => {
    if (say === 'capturing') process.stderr.write(`capturing ${link}; Ctrl-C ends it\n`);
    if (say === 'captured') writeLine(file);
  });
  return EXIT.verified;
}
