// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { kindOf, readJson } from '../host/files.js';
import type { CheckResult } from '../model/check.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { Report } from '../model/report.js';
import type { StepContext } from '../model/step.js';
import type { Entry } from '../model/store.js';
import { scenarioFile } from '../recipe/index.js';
import { soak } from '../steps/soak.js';
import { verify } from '../steps/verify.js';
import { choose, type Chosen } from './job.js';
import { PROJECT, storeRoot } from './paths.js';
import { matricesOf, matrixText } from '../report/matrix.js';
import { writeLine } from './screen.js';
import { checkSigned } from './signature.js';
import type { Shell } from './shell.js';

interface VerifyOptions {
  readonly json: boolean;
  readonly scenario: readonly string[];
  readonly soak: boolean;
  readonly minutes: number;
  /** Path of a public key. */
  readonly signed?: string;
  readonly boot: boolean;
}

/** Long enough for each kind of event to meet each other kind. */
const MINUTES = 3;

const EXAMPLES = `
Examples:
  l7build verify out/6.1
  l7build verify out/6.1 --soak
  l7build verify out/6.1 --signed key.pub --no-boot`;

/** `l7build verify OUT` */
export function addVerify(program: Command, shell: Shell): void {
  program
    .command('verify')
    .argument('<out>', 'output folder of a build')
    .description('boot again what was built and run the checks')
    .option(
      '--scenario <name>',
      "checks of recipes/scenarios in place of the recipe's (repeatable)",
      (name, names: readonly string[]) => [...names, name],
      [],
    )
    .option(
      '--soak',
      'minutes of packets while rules, namespaces and the module come and go',
      false,
    )
    .option('--signed <key>', 'first see whether it is what the owner of this public key signed')
    .option('--no-boot', 'with --signed: look at that alone')
    .option('--minutes <n>', 'how long to soak', minutes, MINUTES)
    .option('--json', 'the checks as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (out: string, options: VerifyOptions) => {
      shell.end(await verifyOut(resolve(out), options, shell.signal));
    });
}

function minutes(value: string): number {
  const found = Number(value);
  if (/^\d+(\.\d+)?$/.test(value) && found > 0 && found <= 24 * 60) return found;
  throw new InvalidArgumentError('It has to be a number of minutes, at most 1440.');
}

async function verifyOut(
  out: string,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (options.signed !== undefined) {
    const count = await checkSigned(out, resolve(options.signed));
    if (!options.json) writeLine(`All ${String(count)} artifacts are what was signed.`);
  }
  if (!options.boot) {
    if (options.signed !== undefined) return EXIT.verified;
    throw new Failed({
      reason: 'usage',
      message: '--no-boot leaves nothing to do',
      hints: ['say whose signature to look at: --signed KEY'],
    });
  }
  const { recipe } = await reportOf(out);
  const chosen = await choose({ kernel: recipe.kernel, iptables: recipe.iptables });
  const asked = await Promise.all(options.scenario.map((name) => scenarioFile(PROJECT, name)));
  const work = await mkdtemp(join(tmpdir(), 'l7build-verify-'));
  await mkdir(join(out, 'logs'), { recursive: true });
  await mkdir(join(work, 'out'));
  await mkdir(join(work, 'scratch'));
  try {
    const checks = await tried(
      asked.length === 0 ? chosen : { ...chosen, scenarios: asked },
      options,
      contextOf(out, work, options, signal),
    );
    if (options.json) {
      writeLine(JSON.stringify(checks, null, 2));
    } else {
      showMatrices(checks);
      writeLine(`All ${String(checks.length)} checks passed.`);
    }
    return EXIT.verified;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What was told as what, where checks were about that. */
function showMatrices(checks: readonly CheckResult[]): void {
  for (const matrix of matricesOf(checks)) {
    for (const line of matrixText(matrix)) writeLine(line);
  }
}

/** @throws Failed `check-failed`, and the guest's failures */
async function tried(
  { linux, iptables, scenarios }: Pick<Chosen, 'linux' | 'iptables' | 'scenarios'>,
  options: VerifyOptions,
  ctx: StepContext,
): Promise<readonly CheckResult[]> {
  if (options.soak) return soak({ era: linux.era, minutes: options.minutes }, ctx);
  const { facts } = await verify(
    { scenarios, era: linux.era, backends: iptables.backends, families: linux.families },
    ctx,
  ).catch((error: unknown) => {
    // A matrix says more than the rows that failed.
    const found = error instanceof Failed ? error.failure.facts?.['checks'] : undefined;
    if (!options.json) showMatrices((found ?? []) as CheckResult[]);
    throw error;
  });
  return (facts?.['checks'] ?? []) as CheckResult[];
}

function contextOf(
  out: string,
  work: string,
  { json, soak }: VerifyOptions,
  signal: AbortSignal,
): StepContext {
  return {
    taskId: 'verify',
    project: PROJECT,
    out: join(work, 'out'),
    scratch: join(work, 'scratch'),
    needs: { linux: delivered(out), image: delivered(out) },
    cache: storeRoot(process.env),
    log: join(out, 'logs', soak ? 'soak.log' : 'verify.log'),
    policy: { mirrors: [], offline: true },
    runtime: () => Promise.reject(new Error('nothing is compiled to verify')),
    jobs: 1,
    signal,
    progress: ({ done, total, note }) => {
      if (!json) writeLine(`${String(done)} of ${String(total ?? 0)}: ${note ?? ''}`);
    },
    warn: (message) => {
      process.stderr.write(`l7build: ${message}\n`);
    },
  };
}

/** The output folder in the place of the tasks that made what lies there. */
function delivered(out: string): Entry {
  const manifest = {
    key: '',
    task: 'delivered',
    digest: '',
    files: [],
    derived: true,
    facts: {},
    created: '',
    ms: 0,
  };
  return { dir: out, manifest };
}

async function reportOf(out: string): Promise<Pick<Report, 'recipe'>> {
  const report = (await readJson(join(out, 'report.json'))) as Partial<Report> | undefined;
  const built =
    (await kindOf(join(out, 'bzImage'))) === 'file' &&
    (await kindOf(join(out, 'initramfs.cpio.gz'))) === 'file';
  if (report?.recipe !== undefined && built) return { recipe: report.recipe };
  throw new Failed({
    reason: 'usage',
    message: `${out} is not the output folder of a finished build`,
    hints: ['it has report.json, bzImage and initramfs.cpio.gz; build one: l7build --kernel 6.1'],
  });
}
