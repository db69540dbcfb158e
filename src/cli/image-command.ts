// SPDX-License-Identifier: GPL-2.0-only
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { IMAGING } from '../engine/preflight.js';
import { Store } from '../engine/store.js';
import { libvirtDomain } from '../formats/libvirt.js';
import { copyAtomically, ensureDirectory, writeAtomically } from '../host/files.js';
import { errorCode } from '../host/space.js';
import { EXIT, Failed } from '../model/failure.js';
import { DISK_FORMATS, type DiskFormat, type DiskParams } from '../model/task.js';
import { diskPlan } from '../plan/disk.js';
import { loadLinuxRecipe } from '../recipe/index.js';
import { addMeansOptions, addRecipeOptions, type ChoiceOptions } from './build-options.js';
import { ensureThere } from './ensure-host.js';
import { entriesFor } from './entries-for.js';
import { imagingFacts } from './host-facts.js';
import { PROJECT, storeRoot } from './paths.js';
import { readyJob } from './ready-job.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

/** Bytes of a file of rules: some ten thousand of them. */
const LARGEST = 1024 ** 2;
/** The rules of a disk that nobody gave others for. */
const COUNTED = join(PROJECT, 'recipes/disk/counted.rules');

interface ImageOptions extends Omit<ChoiceOptions, 'out'> {
  readonly format: DiskFormat;
  readonly rules: string;
  readonly rules6?: string;
  readonly hostname: string;
  readonly password: string;
  readonly libvirt: boolean;
  readonly out?: string;
}

const HELP = `
The disk boots on any machine with a BIOS, such as QEMU's, libvirt's and VirtualBox's: the kernel, iptables and
definitions that the same options build, and the rules given, which are there before the first network card is up.
Cards get their addresses by DHCP, and packets are forwarded. Root logs in at the screen or the first serial port;
nothing listens on the network. The same inputs give the same bytes.

Rules are what iptables-save prints. Rules that are refused at boot leave a machine that lets nothing in or through.

Examples:
  l7build image --kernel 6.1
  l7build image --kernel 6.1 --rules firewall.rules --format raw --out firewall.img
  l7build image --kernel 6.1 --libvirt && virsh create out/6.1.xml
  qemu-system-x86_64 -m 512 -nographic -drive file=out/6.1.qcow2,if=virtio`;

/** `l7build image` */
export function addImage(program: Command, shell: Shell): void {
  addMeansOptions(addRecipeOptions(program.command('image')))
    .description(
      'a disk that boots what is built, with rules: a firewall that tells protocols apart',
    )
    .addOption(
      new Option('--format <format>', "the disk's form").choices(DISK_FORMATS).default('qcow2'),
    )
    .option('--rules <file>', 'for iptables-restore (default: some that only count)', COUNTED)
    .option('--rules6 <file>', 'for ip6tables-restore (default: the same, if --rules is not given)')
    .option('--hostname <name>', 'what the machine is called', hostname, 'l7build')
    .option(
      '--password <hash>',
      "root's, as mkpasswd(1) prints it; without, none is asked for",
      hash,
      '',
    )
    .option('--libvirt', 'also write a domain for libvirt, beside the disk', false)
    .option('--out <file>', 'the disk (default: out/<kernel>.<format>)')
    .addHelpText('after', HELP)
    .action(async (options: ImageOptions) => {
      await makeDisk(options, shell.signal);
      shell.end(EXIT.verified);
    });
}

async function makeDisk(options: ImageOptions, signal: AbortSignal): Promise<void> {
  const cache = storeRoot(process.env);
  const { kernel, format, jobs } = options;
  const out = resolve(options.out ?? join('out', `${kernel}.${format}`));
  const params = await paramsOf(options);
  const { era } = await loadLinuxRecipe(PROJECT, kernel);
  if (era.userland === 'musl') throw noLogin(kernel);
  await ensureThere(IMAGING, options, signal);
  const job = await readyJob(options, { cache, signal, boots: false });
  const { plan, disk } = diskPlan(job.plan, params, await imagingFacts());
  await new Store(cache).reading(
    async () => {
      const logs = join(cache, 'image-logs');
      const means = { cache, signal, jobs, logs, say: writeLine };
      const entries = await entriesFor({ needs: { disk: disk.id } }, { ...job, plan }, means);
      await put(join(entries.get(disk.id)?.dir ?? '', `disk.${format}`), out);
    },
    { signal },
  );
  writeLine(`Disk: ${out}`);
  if (!options.libvirt) return;
  const domain = `${out.replace(/\.[^./]+$/, '')}.xml`;
  await writeAtomically(domain, libvirtDomain({ name: options.hostname, disk: out, format }));
  writeLine(`Domain: ${domain}. Next: virsh create ${domain}`);
}

async function put(disk: string, out: string): Promise<void> {
  try {
    await ensureDirectory(dirname(out));
    await copyAtomically(disk, out);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new Failed({
      reason: 'usage',
      message: `the disk ${out} cannot be written (${code})`,
      hints: ['name a file in a folder that you may write: --out FILE'],
    });
  }
}

async function paramsOf({
  format,
  rules,
  rules6,
  hostname: name,
  password,
}: ImageOptions): Promise<Omit<DiskParams, 'guest'>> {
  const ipv6 = rules6 ?? (rules === COUNTED ? COUNTED : undefined);
  return {
    format,
    hostname: name,
    rules: {
      iptables: await rulesOf('--rules', rules),
      ip6tables: ipv6 === undefined ? '' : await rulesOf('--rules6', ipv6),
    },
    password,
  };
}

async function rulesOf(option: string, file: string): Promise<string> {
  const there = await stat(file).catch(() => undefined);
  const text =
    there?.isFile() === true && there.size <= LARGEST ? await readFile(file, 'utf8') : '';
  // Every table ends with it; a file without one sets nothing, and nobody would notice.
  if (/^COMMIT$/m.test(text)) return text;
  const why = there === undefined ? 'there is no such file' : 'it is not what iptables-save prints';
  throw new Failed({
    reason: 'usage',
    message: `${option} ${file}: ${why}`,
    hints: ['write it where the rules are set: iptables-save >firewall.rules'],
  });
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

function noLogin(kernel: string): Failed {
  return new Failed({
    reason: 'not-applicable',
    message: `no disk is made of linux ${kernel}: the small userland of its guests has no login`,
    hints: ['take a newer kernel, such as 6.1'],
  });
}
