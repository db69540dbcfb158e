// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { BUILD_TOOLS } from '../model/runtime.js';
import type { Step } from '../model/step.js';
import type { ToolchainParams } from '../model/task.js';
import { makeRoot, ROOT_LIMIT_MS } from './toolchain/make-root.js';

/** Where the root keeps what the build tools say of themselves: a line a tool, `-` for one that it lacks. */
const VERSIONS = 'etc/l7build-toolchain';

/**
 * Makes the root of a toolchain. Yields `root/`, whose files belong to the caller.
 *
 * @throws Failed as `makeRoot`
 */
export const toolchain: Step<'toolchain'> = async (params, ctx) => {
  const archive = join(ctx.scratch, 'root.tar');
  const { suite, packages } = params;
  await makeRoot({ suite, packages, customize: customizing(params) }, archive, ctx);
  const root = join(ctx.out, 'root');
  await mkdir(root);
  // The modes are those of the archive whatever the caller's umask is, but nobody gains a user by them.
  const extract = 'umask 022; exec tar -xf "$1" -C "$2" --no-same-owner --no-same-permissions';
  const { log, signal } = ctx;
  const limits = { log, signal, timeoutMs: ROOT_LIMIT_MS };
  await exec(['sh', '-c', extract, 'sh', archive, root], { ...limits, cwd: root });
  await rm(archive);
  // Container engines give the tmpfs that they mount there the mode of what it covers.
  await chmod(join(root, 'tmp'), 0o1777);
  return { derived: true, facts: { versions: await versionsOf(root) } };
};

async function versionsOf(root: string): Promise<Record<string, string>> {
  const lines = (await readFile(join(root, VERSIONS), 'utf8')).split('\n');
  const versions = BUILD_TOOLS.map((tool, index) => [tool, lines[index] ?? '-'] as const);
  return Object.fromEntries(versions.filter(([, version]) => version !== '-'));
}

/** Scripts that make a Debian system a toolchain: its compiler by its usual names, and the tools' versions. */
function customizing({ compiler }: Pick<ToolchainParams, 'compiler'>): string[] {
  const tell = BUILD_TOOLS.map(
    (tool) => `{ chroot "$1" ${tool} --version 2>/dev/null || echo -; } | sed -n '/./{p;q}'`,
  ).join('; ');
  return [
    ...['gcc', 'cc'].map((name) => `ln -s /usr/bin/${compiler} "$1/usr/local/bin/${name}"`),
    `{ ${tell}; } > "$1/${VERSIONS}"`,
  ];
}
