// SPDX-License-Identifier: GPL-2.0-only
import { cp, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../../model/failure.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { need } from '../needs.js';
import { countObjects } from './progress.js';

/** Where the match's sources stand in a kernel tree and in their own folder. */
const MATCH_DIR = 'net/netfilter/layer7';
const MODULE = 'xt_layer7.ko';

/**
 * Builds the match alone against a distribution's kernel headers, as DKMS would
 * (Documentation/kbuild/modules.rst).
 */
export async function compileMatch(ctx: StepContext): Promise<StepResult> {
  const headers = await headersDir(need(ctx, 'headers').dir);
  const release = await utsRelease(headers);
  const copy = join(ctx.scratch, 'match');
  await cp(join(need(ctx, 'patch').dir, 'overlay'), copy, { recursive: true });
  const built = join(copy, MATCH_DIR);
  const runtime = await ctx.runtime();
  await runtime.run({
    argv: [
      'make',
      ...['-C', headers, `M=${built}`, `-j${String(ctx.jobs)}`],
      'CONFIG_NETFILTER_XT_MATCH_LAYER7=m',
      // The headers name the compiler that built the kernel; the builder's own is the one that is there.
      'CC=gcc',
      'modules',
    ],
    cwd: copy,
    env: { KBUILD_BUILD_TIMESTAMP: '@0', KCFLAGS: `-ffile-prefix-map=${built}=layer7` },
    writable: [copy],
    log: ctx.log,
    signal: ctx.signal,
    onLine: countObjects(ctx),
  });
  const home = join(ctx.out, 'modules/lib/modules', release, 'updates');
  await mkdir(home, { recursive: true });
  await copyFile(join(built, MODULE), join(home, MODULE));
  await runtime.run({
    argv: ['strip', '--strip-debug', join(home, MODULE)],
    cwd: home,
    env: {},
    writable: [home],
    log: ctx.log,
    signal: ctx.signal,
  });
  return { facts: { release } };
}

/**
 * The release that the kernel calls itself and looks for modules under. Debian sets it apart from
 * include/config/kernel.release, which has the upstream version there.
 */
async function utsRelease(headers: string): Promise<string> {
  const file = 'include/generated/utsrelease.h';
  const [, release] =
    /UTS_RELEASE "([^"/]+)"/.exec(await readFile(join(headers, file), 'utf8')) ?? [];
  if (release !== undefined) return release;
  throw new Failed({
    reason: 'command-failed',
    message: `the kernel headers tell no release: ${file} has no UTS_RELEASE`,
    hints: ['headers of a configured and built kernel are needed'],
  });
}

/** The flavour's headers folder: the one that has a configured kernel's generated files. */
async function headersDir(root: string): Promise<string> {
  const usrSrc = join(root, 'usr/src');
  const names = await readdir(usrSrc);
  const flavour = names.find(
    (name) => name.startsWith('linux-headers-') && !name.endsWith('-common'),
  );
  if (flavour !== undefined) return join(usrSrc, flavour);
  throw new Failed({
    reason: 'command-failed',
    message: `the headers' package has no linux-headers-<release> folder: it has ${names.join(', ')}`,
  });
}
