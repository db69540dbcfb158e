// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError, Option, type Command } from 'commander';
import { BACKENDS } from '../model/scenario.js';
import { addReach } from './lab-reach-command.js';
import { addMeansOptions, addPartOptions, splitList } from './build-options.js';
import { down } from './lab/down.js';
import { execOn } from './lab/exec.js';
import { hold } from './lab/hold.js';
import { addHostKernelOption } from './lab/host-kernels.js';
import { runExercises } from './lab/run.js';
import type { RunOptions } from './lab/run-options.js';
import { addSnapshot } from './lab/snapshot-command.js';
import { status } from './lab/status.js';
import { up, type UpOptions } from './lab/up.js';
import { capture, showConsole } from './lab/use.js';
import { withName, type Which } from './lab/which.js';
import { storeRoot } from './paths.js';
import type { Shell } from './shell.js';

const FRESH = 'boot the hosts, and replace the snapshot that an earlier boot left';

const UP = `
The hosts are virtual machines with the kernel, iptables and definitions that the same options build; what the store
lacks is built first. They reach each other, and nothing else. The lab stays up until it is taken down. The first time they
boot; after that they go on from a snapshot, in a second or two. Hosts that a topology or --host-kernel gives a kernel of
their own have that; all other options hold for all kernels, --mode too.

Examples:
  l7build lab up
  l7build lab up --kernel 6.12 --name newer
  l7build lab up --kernel 6.1 --host-kernel node3=2.6.32 --source 2.6.32/linux=linux-2.6.32.tar.gz
  l7build lab up --mode module          Debian's kernel with the match: nothing long to compile`;

const EXEC = `
The command is run by the host's shell. What it prints comes as it prints it, and it reads standard input, byte for byte;
where that is not meant for it: </dev/null. Ctrl-C ends it with all that it has started. The exit code is the command's.

Examples:
  l7build lab exec node1 -- iptables -A INPUT -p icmp -j DROP
  l7build lab exec node2 -- ping -c 3 192.168.1.11
  l7build lab exec node1 -- sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'
  l7build lab exec node1 -- iptables-restore <rules`;

const RUN = `
Exercises are those of recipes/exercises; "all" stands for all of them. Each is tried with both back ends of
iptables, on hosts that are booted for this and gone afterwards; with several kernels, on those of each. What was done and
seen is left in report.html. Exit code 4 if one fails; with --no-rules, if one passes; 77 if none is applicable.

Examples:
  l7build lab run ping-iptables
  l7build lab run all --backend nft
  l7build lab run all --kernel 6.1 --kernel 6.12
  l7build lab run layer7 --host-kernel node1=6.12    rules on a newer kernel than the clients'
  l7build lab run layer7 --pcap --out seen   with all frames, for wireshark
  l7build lab run ping-iptables --dry-run    the commands, to be typed by hand
  l7build lab run ping-iptables --no-rules   fails, as it has to: what it is about is left out`;

const PCAP = `
Examples:
  l7build lab pcap lan lan.pcap               until Ctrl-C
  l7build lab pcap lan lan.pcap --seconds 10`;

/** `l7build lab up|down|status|exec|ssh|connect|inventory|console|pcap|snapshot|run` */
export function addLab(program: Command, shell: Shell): void {
  const lab = program
    .command('lab')
    .description(
      'hosts on a network of their own, to try rules on: virtual machines with what is built here',
    );
  addUp(lab, shell);
  addDown(lab, shell);
  addUse(lab, shell);
  addSnapshot(lab, shell);
  addRun(lab, shell);
  addReach(lab, shell);
  lab.command('hold', { hidden: true }).action(async () => {
    shell.end(await hold(shell.signal));
  });
}

function addUp(lab: Command, shell: Shell): void {
  addMeansOptions(addHostKernelOption(addPartOptions(lab.command('up'))))
    .description('bring a lab up')
    .option('--topology <name>', 'hosts and links, of recipes/topologies', 'guide')
    .option('--name <name>', "what to call it (default: the topology's name)", labName)
    .option('--fresh', FRESH, false)
    .option('--json', 'its hosts as JSON', false)
    .addHelpText('after', UP)
    .action(async (options: UpOptions) => {
      shell.end(await up(options, storeRoot(process.env), shell.signal));
    });
}

function addDown(lab: Command, shell: Shell): void {
  withName(lab.command('down'))
    .description('take a lab down, whatever state it is in')
    .option('--all', 'all labs', false)
    .action(async (options: Which & { readonly all: boolean }) => {
      shell.end(await down(storeRoot(process.env), options, shell.signal));
    });
  lab
    .command('status')
    .description('the labs, and how their hosts are; exit code 4 if one is of no use any more')
    .option('--name <name>', 'this lab only')
    .option('--json', 'as JSON', false)
    .action(async (options: Which & { readonly json: boolean }) => {
      shell.end(await status(storeRoot(process.env), options, shell.signal));
    });
}

function addUse(lab: Command, shell: Shell): void {
  withName(lab.command('exec'))
    .argument('<host>', 'such as node1')
    .argument('<command...>', 'what to run, after --')
    .description('run a command on a host')
    .option('--timeout <seconds>', 'kill it after that (default: never)', seconds)
    .addHelpText('after', EXEC)
    .action(
      async (host: string, words: string[], options: Which & { readonly timeout?: number }) => {
        shell.end(await execOn(storeRoot(process.env), host, words, options, shell.signal));
      },
    );
  withName(lab.command('console'))
    .argument('<host>', 'such as node1')
    .description("what a host's kernel says, as it says it")
    .option('--no-follow', 'only what it has said so far')
    .action(async (host: string, options: Which & { readonly follow: boolean }) => {
      shell.end(await showConsole(storeRoot(process.env), host, options, shell.signal));
    });
  withName(lab.command('pcap'))
    .argument('<link>', 'such as lan')
    .argument('<file>', 'where to; an older file is replaced')
    .description('capture all that goes over a link')
    .option('--seconds <n>', 'end after that', seconds)
    .addHelpText('after', PCAP)
    .action(async (link: string, file: string, options: Which & { readonly seconds?: number }) => {
      shell.end(await capture(storeRoot(process.env), link, file, options, shell.signal));
    });
}

function addRun(lab: Command, shell: Shell): void {
  const kernels = new Option(
    '--kernel <version>',
    "kernel recipe (repeatable; default: the topology's)",
  );
  const own = addPartOptions(lab.command('run'), kernels.argParser(collect).default([]));
  addMeansOptions(addHostKernelOption(own))
    .argument('<exercise...>', 'such as ping-iptables, or all')
    .description('try exercises on hosts of their own, and judge by what is observed')
    .addOption(new Option('--backend <backend>', 'of iptables; default: each').choices(BACKENDS))
    .option('--no-rules', 'leave out the rules that an exercise is about')
    .option(
      '--out <dir>',
      'where the report goes (default: out/lab; with --no-rules, out/lab-no-rules)',
    )
    .option('--pcap', 'capture all that goes over the links, in files beside the report', false)
    .option('--fresh', FRESH, false)
    .option('--dry-run', 'print what would be done, and stop', false)
    .option('--json', 'the results as JSON', false)
    .option('--plain', 'plain lines, also on a terminal', false)
    .addHelpText('after', RUN)
    .action(async (names: string[], options: RunOptions) => {
      shell.end(await runExercises(names, options, storeRoot(process.env), shell.signal));
    });
}

function collect(value: string, known: readonly string[]): string[] {
  return [...known, ...splitList(value)];
}

function labName(value: string): string {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(value)) return value;
  throw new InvalidArgumentError('It has to be of small letters, digits and -.');
}

function seconds(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It has to be a whole number of seconds.');
}
