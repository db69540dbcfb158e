// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DISK_FORMATS, type DiskFormat } from '../../model/task.js';
import type { ChoiceOptions } from '../build-options.js';
import { PROJECT } from '../paths.js';

/** The rules of a disk that nobody gave others for. */
export const COUNTED = join(PROJECT, 'recipes/disk/counted.rules');

/** What a machine is called, if nobody says so. */
export const UNNAMED = 'l7build';

/** A disk's, and the image of a container. */
const FORMATS = [...DISK_FORMATS, 'oci'] as const;

/** Options that mean something to a machine that boots, and nothing to a container. */
const OF_DISKS = [
  'authorizedKeys',
  'rules',
  'rules6',
  'hostname',
  'password',
  'libvirt',
  'vagrant',
];

/** The options of `l7build image` as typed. */
export interface ImageOptions extends Omit<ChoiceOptions, 'out'> {
  readonly format: (typeof FORMATS)[number];
  readonly userland?: string;
  readonly authorizedKeys?: string;
  readonly rules: string;
  readonly rules6?: string;
  readonly hostname: string;
  readonly password: string;
  readonly libvirt: boolean;
  readonly vagrant: boolean;
  readonly seed: boolean;
  readonly out?: string;
}

/** Adds what an image is to be, beside the options that say what is built. */
export function addImageOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', "the disk's form, or oci for the image of a container")
        .choices(FORMATS)
        .default('qcow2'),
    )
    .option('--userland <name>', "root has a distribution's programs: debian")
    .option(
      '--authorized-keys <file>',
      'who may log in as root by ssh: public keys, one a line (with --userland)',
    )
    .option('--rules <file>', 'for iptables-restore (default: some that only count)', COUNTED)
    .option('--rules6 <file>', 'for ip6tables-restore (default: the same, if --rules is not given)')
    .option('--hostname <name>', 'what the machine is called', hostname, UNNAMED)
    .option(
      '--password <hash>',
      "root's, as mkpasswd(1) prints it; without, none is asked for",
      hash,
      '',
    )
    .option('--libvirt', 'also write a domain for libvirt, beside the disk', false)
    .option(
      '--vagrant',
      'also write a box and a Vagrantfile, beside the disk (with --userland)',
      false,
    )
    .option(
      '--seed',
      'put name and keys on a volume beside the disk, not on the disk (with --userland)',
      false,
    )
    .option('--out <file>', 'the disk or image (default: out/<kernel>.<format>)')
    .hook('preAction', refuseOfDisks);
}

/** A container has the kernel, the network and the rules of whoever starts it. */
function refuseOfDisks(command: Command): void {
  if ((command.opts()['format'] as string) !== 'oci') return;
  const given = OF_DISKS.filter((name) => command.getOptionValueSource(name) === 'cli');
  const words = command.options.filter((option) => given.includes(option.attributeName()));
  if (words.length === 0) return;
  const named = words.map(({ long }) => long ?? '').join(', ');
  command.error(`error: ${named}: only for disks; a container is told so by whoever starts it`);
}

function hostname(value: string): string {
  // RFC 1123, section 2.1: one label.
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new InvalidArgumentError('It has to be small letters, digits and dashes, at most 63.');
}

function hash(value: string): string {
  // crypt(5): nothing in it that ends a field of passwd(5) or a line.
  if (/^\$[\x21-\x39\x3b-\x7e]{10,}$/.test(value)) return value;
  throw new InvalidArgumentError(
    'It has to be a hash that starts with $, such as mkpasswd prints.',
  );
}

/** The options where they ask for a disk. */
export type DiskOptions = ImageOptions & { readonly format: DiskFormat };

/** True where a disk is asked for. */
export function isDisk(options: ImageOptions): options is DiskOptions {
  return options.format !== 'oci';
}
