// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { quoted } from '../host/shell-words.js';
import type { Step } from '../model/step.js';
import { EPOCH } from './toolchain/bootstrap.js';
import { makeRoot, ROOT_LIMIT_MS } from './toolchain/make-root.js';

/** Keys and databases that packages make when they are installed, other ones each time, and what nobody reads. */
const LEFT_OUT = [
  'etc/aliases.db',
  'etc/dovecot/private',
  'etc/ssh/ssh_host_*',
  'etc/ssl/certs/ssl-cert-snakeoil.pem',
  'etc/ssl/private/ssl-cert-snakeoil.key',
  'usr/share/doc',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/man',
];

const CUSTOMIZE = [
  `cd "$1" && rm -rf ${LEFT_OUT.join(' ')}`,
  // Python writes the same program in different bytes.
  'find "$1/usr/lib" -name __pycache__ -prune -exec rm -rf {} +',
];

/**
 * Makes the programs of a lab's hosts: a Debian system as a file system that is only read. Yields
 * `root.squashfs`, the same bytes from the same packages. What differs from host to host, such as ssh's
 * keys, is not in it.
 *
 * @throws Failed as `makeRoot`; `host-lacks` without sqfstar(1)
 */
export const userland: Step<'userland'> = async ({ suite, answers, packages }, ctx) => {
  const archive = join(ctx.scratch, 'root.tar');
  const prepare = `printf '%s\\n' ${answers.map(quoted).join(' ')} | chroot "$1" debconf-set-selections`;
  const asked = answers.length > 0 ? { prepare } : {};
  await makeRoot({ suite, packages, ...asked, customize: CUSTOMIZE }, archive, ctx);
  const { log, signal } = ctx;
  // lz4: an emulated processor reads it in a quarter of the time of what packs better.
  const pack = ['sqfstar', '-reproducible', '-no-xattrs', '-comp', 'lz4', '-no-progress'] as const;
  await exec([...pack, join(ctx.out, 'root.squashfs')], {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: EPOCH },
    cwd: ctx.out,
    inputFile: archive,
    ...{ log, signal, timeoutMs: ROOT_LIMIT_MS },
  });
  return {};
};
