// SPDX-License-Identifier: GPL-2.0-only
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { TRYING } from '../engine/preflight.js';
import { aligned } from '../host/columns.js';
import { ownEnvironment } from '../host/environment.js';
import { withTerminal } from '../host/terminal.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import { installLayout } from '../protocols/install.js';
import { loadSet } from '../protocols/set.js';
import { limitWords, tryFlows, type Limits, type Tried } from '../protocols/try-flows.js';
import { tryProgram } from '../protocols/try-program.js';
import { splitList } from './build-options.js';
import { setFolder } from './definitions.js';
import { ensureThere } from './ensure-host.js';
import { PROJECT, storeRoot } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

interface TryOptions {
  readonly set: readonly string[];
  readonly folder?: string;
  readonly l7proto?: readonly string[];
  readonly raw: boolean;
  readonly lines: boolean;
  readonly numPackets?: number;
  readonly maxdatalen?: number;
  readonly json: boolean;
  readonly installDeps: boolean;
}

/** As the match's parameters are, unless someone sets them. */
const KERNEL: Limits = { numPackets: 10, maxdatalen: 2048 };
const NONE: Limits = { numPackets: 0, maxdatalen: 0 };

const HELP = `
A capture is pcap or pcapng, of Ethernet (with VLAN tags), raw IP, Linux "cooked" or loopback; it is read as the match
would see it, with a rule for each definition, by name or in the order of --l7proto. Fragments are not put together:
what is behind the first one is told as skipped.

With --lines, standard input has a line for each packet and an empty line after each flow; standard output has a line
for each packet: 1 once that file's pattern has matched the flow so far, 0 before.

    PATTERN-FILE <TAB> < or > <TAB> payload in hex (may be empty)

Examples:
  l7build protocols try traffic.pcap
  l7build protocols try --l7proto http,tls --json traffic.pcapng
  l7build protocols try --folder /etc/l7-protocols --raw request.bin answer.bin
  printf 'recipes/protocols/ssh.pat\\t<\\t5353482d322e300d0a\\n' | l7build protocols try --lines`;

/** `l7build protocols try` */
export function addTry(protocols: Command, shell: Shell): void {
  protocols
    .command('try')
    .description("run the match's own engine on a capture or on packets, without a kernel")
    .argument('[file...]', 'captures, or with --raw payloads of the packets of one flow')
    .option('--set <set>', 'definition sets, with commas between', splitList, ['l7build'])
    .option('--folder <dir>', 'a folder with .pat files instead of sets')
    .option('--l7proto <name>', 'only these, in this order, with commas between', splitList)
    .option('--raw', 'each file is the payload of a packet', false)
    .option('--lines', 'packets on standard input, a line each', false)
    .option(
      '--num-packets <n>',
      'packets until a flow is given up (default 10; --lines: no limit)',
      count,
    )
    .option('--maxdatalen <n>', 'bytes of a flow (default 2048; --lines: no limit)', count)
    .option('--json', 'one JSON object a flow', false)
    .option('--install-deps', 'install what is missing', false)
    .addHelpText('after', HELP)
    .action(async (files: readonly string[], options: TryOptions) => {
      shell.end(await tryDefinitions(files, options, shell.signal));
    });
}

function count(text: string): number {
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number <= 65536) return number;
  throw new InvalidArgumentError('It has to be a number from 0 (no limit) to 65536.');
}

async function tryDefinitions(
  files: readonly string[],
  options: TryOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (options.lines === files.length > 0) {
    throw new Failed({
      reason: 'usage',
      message: options.lines
        ? 'with --lines packets come from standard input, not from files'
        : 'say which capture to read, or --lines',
      hints: ['l7build protocols try --help has examples'],
    });
  }
  await ensureThere(TRYING, options, signal);
  const program = await tryProgram(PROJECT, storeRoot(process.env), signal);
  const { numPackets, maxdatalen } = options.lines ? NONE : KERNEL;
  const limits = {
    numPackets: options.numPackets ?? numPackets,
    maxdatalen: options.maxdatalen ?? maxdatalen,
  };
  if (options.lines) {
    const argv = [program, 'lines', ...limitWords(limits)] as const;
    const code = await withTerminal(argv, { env: ownEnvironment(), signal });
    return code === 0 ? EXIT.verified : EXIT.usage;
  }
  const definitions = await chosen(options);
  const kind = options.raw ? 'raw' : 'capture';
  const tried = await tryFlows(program, { kind, files, definitions, limits }, signal);
  for (const line of options.json ? jsonLines(tried) : textLines(tried)) writeLine(line);
  return EXIT.verified;
}

/** Paths of the definitions, in the order of their rules. */
async function chosen({ set, folder, l7proto }: TryOptions): Promise<string[]> {
  const sets =
    folder === undefined
      ? await Promise.all(
          set.map((name) =>
            loadSet(join(PROJECT, setFolder(name)), join(PROJECT, setFolder(name))),
          ),
        )
      : [await loadSet(resolve(folder), resolve(folder))];
  const paths = new Map(
    installLayout(sets).files.map(({ name, from }) => [name.replace(/\.pat$/, ''), from.path]),
  );
  if (l7proto === undefined) return [...paths.values()];
  return l7proto.map((name) => {
    const path = paths.get(name);
    if (path !== undefined) return path;
    throw new Failed({
      reason: 'usage',
      message: `there is no definition of ${name} among ${String(paths.size)}`,
      hints: ['l7build protocols list shows those of a set'],
    });
  });
}

function jsonLines({ flows, skipped }: Tried): string[] {
  return [...flows, ...skipped.map((each) => ({ skipped: each }))].map((each) =>
    JSON.stringify(each),
  );
}

function textLines({ flows, skipped }: Tried): string[] {
  const rows = flows.map(({ protocol, client, server, verdict, packet, packets, bytes }) => [
    protocol,
    `${shown(client)} > ${shown(server)}`,
    verdict,
    packet === undefined ? `undecided after ${String(packets)}` : `at packet ${String(packet)}`,
    `${String(packets)} packets, ${String(bytes)} bytes`,
  ]);
  return [
    ...aligned(rows),
    ...skipped.map(({ packets, why }) => `not looked at: ${String(packets)} packets (${why})`),
  ];
}

function shown({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}
