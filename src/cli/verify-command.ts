// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { kindOf, readJson } from '../host/files.js';
import type { CheckResult } from '../model/check.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { Report } from '../model/report.js';
import type { Entry } from '../model/store.js';
import { verify } from '../steps/verify.js';
import { choose } from './job.js';
import { PROJECT, storeRoot } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

/** `l7build verify OUT` */
export function addVerify(program: Command, shell: Shell): void {
  program
    .command('verify')
    .argument('<out>', 'output folder of a build')
    .description('boot again what was built and run the checks')
    .option('--json', 'the checks as JSON', false)
    .addHelpText('after', '\nExample:\n  l7build verify out/6.1')
    .action(async (out: string, options: { readonly json: boolean }) => {
      shell.end(await verifyOut(resolve(out), options.json, shell.signal));
    });
}

async function verifyOut(out: string, json: boolean, signal: AbortSignal): Promise<ExitCode> {
  const { recipe } = await reportOf(out);
  const { linux, iptables, scenarios } = await choose({
    kernel: recipe.kernel,
    iptables: recipe.iptables,
  });
  const cache = storeRoot(process.env);
  const work = await mkdtemp(join(tmpdir(), 'l7build-verify-'));
  await mkdir(join(out, 'logs'), { recursive: true });
  await mkdir(join(work, 'out'));
  await mkdir(join(work, 'scratch'));
  try {
    const { facts } = await verify(
      { scenarios, era: linux.era, backends: iptables.backends, families: linux.families },
      {
        taskId: 'verify',
        project: PROJECT,
        out: join(work, 'out'),
        scratch: join(work, 'scratch'),
        needs: { linux: delivered(out), image: delivered(out) },
        cache,
        log: join(out, 'logs', 'verify.log'),
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
      },
    );
    const checks = (facts?.['checks'] ?? []) as CheckResult[];
    writeLine(
      json ? JSON.stringify(checks, null, 2) : `All ${String(checks.length)} checks passed.`,
    );
    return EXIT.verified;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
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
