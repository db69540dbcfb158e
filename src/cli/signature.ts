// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { kindOf, removeTree } from '../host/files.js';
import { sha256File } from '../host/hash.js';
import { Failed } from '../model/failure.js';

/** The statement about what a build yielded, in its output folder. */
export const PROVENANCE = 'provenance.json';
/** What ssh-keygen(1) puts beside a file that it signs. */
const SIGNATURE = `${PROVENANCE}.sig`;
/** What a signature is for, and who made it, as ssh-keygen(1) wants to know (-n, -I). */
const NAMESPACE = 'l7build';

/** The part of the statement that names files; whoever signed it vouches for its shape. */
interface Statement {
  readonly subject: readonly {
    readonly name: string;
    readonly digest: { readonly sha256: string };
  }[];
}

/**
 * Signs a build's provenance with a key of SSH's; the signature is one that ssh-keygen(1) makes.
 *
 * @param key path of a private key, or of a public one whose other half an agent has
 * @returns the signature's path
 * @throws Failed `usage` without a provenance, and as exec()
 */
export async function sign(out: string, key: string): Promise<string> {
  const file = join(out, PROVENANCE);
  if ((await kindOf(file)) !== 'file') {
    throw new Failed({
      reason: 'usage',
      message: `${out} has no ${PROVENANCE}`,
      hints: ['a finished build has one: l7build --kernel 6.1'],
    });
  }
  await removeTree(join(out, SIGNATURE));
  await exec(['ssh-keygen', '-q', '-Y', 'sign', '-f', key, '-n', NAMESPACE, file]);
  return join(out, SIGNATURE);
}

/**
 * Checks a build's signature, and that each artifact is what was signed.
 *
 * @param key path of a public key
 * @returns how many artifacts there are
 * @throws Failed `checksum-mismatch` naming what is not what was signed
 */
export async function checkSigned(out: string, key: string): Promise<number> {
  const text = await readFile(join(out, PROVENANCE), 'utf8').catch(() => '');
  const work = await mkdtemp(join(tmpdir(), 'l7build-signed-'));
  try {
    const allowed = join(work, 'allowed_signers');
    const known = await readFile(key, 'utf8').catch(() => '');
    await writeFile(
      allowed,
      `${NAMESPACE} namespaces="${NAMESPACE}" ${known.split('\n')[0] ?? ''}\n`,
    );
    const { exitCode, stdout, stderr } = await exec(
      [
        ...(['ssh-keygen', '-Y', 'verify', '-f', allowed] as const),
        ...['-I', NAMESPACE, '-n', NAMESPACE, '-s', join(out, SIGNATURE)],
      ],
      { input: text, accept: [0, 1, 255] },
    );
    if (exitCode !== 0)
      throw unsigned(out, `${PROVENANCE} is not signed by ${key}`, stderr || stdout);
  } finally {
    await removeTree(work);
  }
  const { subject } = JSON.parse(text) as Statement;
  for (const { name, digest } of subject) {
    const found = await sha256File(join(out, name)).catch(() => 'nothing');
    if (found !== digest.sha256) {
      throw unsigned(
        out,
        `${name} is not what was signed`,
        `signed: ${digest.sha256}\nfound:  ${found}`,
      );
    }
  }
  return subject.length;
}

function unsigned(out: string, message: string, details: string): Failed {
  return new Failed({
    reason: 'checksum-mismatch',
    message: `${out}: ${message}`,
    details: details.trim().split('\n'),
    hints: ['do not use it; build it again, or get it again from who signed it'],
  });
}
