// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import {
  helpers,
  lacking,
  missing,
  requirements,
  TESTING,
  USERLAND,
  type Requirement,
} from '../engine/preflight.js';
import { EXIT, type ExitCode } from '../model/failure.js';
import { BUILDERS, type BuilderName, type Confinement } from '../model/runtime.js';
import { tryBuilder } from '../runtimes/choose.js';
import { openBuilder } from '../runtimes/index.js';
import { calibrate, type Calibration } from '../vm/calibrate.js';
import { install } from './ensure-host.js';
import { storeRoot } from './paths.js';
import { writeFailure, writeLine } from './screen.js';
import type { Shell } from './shell.js';

interface DoctorOptions {
  readonly install: boolean;
  readonly dev: boolean;
  readonly json: boolean;
}

/** What a host has, lacks, and cannot use although it is there. */
export interface Findings {
  readonly missing: readonly Requirement[];
  /** What nothing fails without, and is not there either. */
  readonly optional: readonly Requirement[];
  readonly toolchain: Readonly<Record<string, string>>;
  readonly confinement: Confinement;
  /** The accelerator that the calibration chose, with the reason; without QEMU there is none. */
  readonly vm?: Calibration;
  /** Every builder, tried: whether it works here, and what was found. */
  readonly builders: readonly TriedBuilder[];
}

interface TriedBuilder {
  readonly name: BuilderName;
  readonly works: boolean;
  readonly why: string;
}

/** `l7build doctor` */
export function addDoctor(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('what this host has, lacks, and cannot use although it is there')
    .option('--install', 'install what is missing', false)
    .option('--dev', "also what the project's own tests use", false)
    .option('--json', 'findings as JSON', false)
    .action(async (options: DoctorOptions) => {
      shell.end(await doctor(options, shell.signal));
    });
}

async function doctor(options: DoctorOptions, signal: AbortSignal): Promise<ExitCode> {
  const job = {
    mode: 'full',
    verify: true,
    builder: 'host',
    busybox: 'host',
    musl: false,
    signed: false,
  } as const;
  const needs = [...requirements(job), ...(options.dev ? TESTING : [])];
  const optional = [...helpers(job), ...USERLAND];
  const absent = await missing([...needs, ...optional]);
  if (absent.length > 0 && options.install) await install(absent, signal);
  const findings = await examine(await missing(needs), await missing(optional));
  if (options.json) writeLine(JSON.stringify(findings, null, 2));
  else for (const line of findingsText(findings, needs.length)) writeLine(line);
  if (findings.missing.length === 0) return EXIT.verified;
  if (!options.json) writeFailure(lacking(findings.missing).failure);
  return EXIT.hostLacks;
}

async function examine(
  absent: readonly Requirement[],
  optional: readonly Requirement[],
): Promise<Findings> {
  const cache = storeRoot(process.env);
  const builder = await openBuilder('host', { cache });
  const hasQemu = !absent.some(
    (need) => need.package.startsWith('qemu') || need.package === 'seabios',
  );
  return {
    missing: absent,
    optional,
    toolchain: builder.toolchain ?? {},
    confinement: builder.confinement,
    ...(hasQemu ? { vm: await calibrate(cache) } : {}),
    builders: await Promise.all(BUILDERS.map((name) => tried(name, cache))),
  };
}

async function tried(name: BuilderName, cache: string): Promise<TriedBuilder> {
  const found = await tryBuilder(name, { cache });
  if (typeof found === 'string') return { name, works: false, why: found };
  return { name, works: true, why: `${found.why}; ${found.confinement.how}` };
}

function findingsText(findings: Findings, needed: number): string[] {
  const { confinement, vm } = findings;
  return [
    `programs and headers: ${String(needed - findings.missing.length)} of ${String(needed)} are there`,
    ...Object.entries(findings.toolchain).map(([tool, version]) => `  ${tool}: ${version}`),
    ...findings.optional.map(
      (lack) => `  not there, and optional: ${lack.what} (package ${lack.package}): ${lack.why}`,
    ),
    `compiling: network ${confinement.network}, files ${confinement.filesystem}, user ${confinement.user}`,
    'builders:',
    ...findings.builders.map(
      ({ name, works, why }) => `  ${name} ${works ? 'works' : 'does not work here'}: ${why}`,
    ),
    ...(vm === undefined ? [] : [`guests run under ${vm.accelerator}: ${vm.why}`]),
  ];
}
