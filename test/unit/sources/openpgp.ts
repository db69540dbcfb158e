// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A time as gpg's --faked-system-time takes it. */
const at = (date: string): string[] => [
  '--faked-system-time',
  `${date.replaceAll('-', '')}T000000`,
];

/** Somebody with OpenPGP keys, made when asked for; with nothing of the user's own. */
export class Signer {
  readonly #home = mkdtempSync(join(tmpdir(), 'l7build-gpg-'));

  #gpg(args: readonly string[], input: string | Buffer = ''): Buffer {
    const words = ['--homedir', this.#home, '--batch', '--yes', '--quiet', '--no-tty'];
    return execFileSync(
      'gpg',
      [...words, '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
      {
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
  }

  /** Makes a key. @returns its fingerprint @param made date @param expires how long it holds, such as `1y` */
  key(name: string, made = '2020-01-01', expires = 'never'): string {
    const user = `${name} <${name}@example.org>`;
    this.#gpg([...at(made), '--quick-generate-key', user, 'rsa2048', 'sign', expires]);
    const listed = this.#gpg(['--with-colons', '--list-keys', user]).toString();
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1];
    if (fingerprint === undefined) throw new Error(listed);
    return fingerprint;
  }

  /** Adds a subkey that signs. Returns its fingerprint. */
  subkey(fingerprint: string, made = '2020-01-01'): string {
    this.#gpg([...at(made), '--quick-add-key', fingerprint, 'rsa2048', 'sign', 'never']);
    const listed = this.#gpg(['--with-colons', '--list-keys', fingerprint]).toString();
    return [...listed.matchAll(/^fpr:+([0-9A-F]{40}):/gm)].at(-1)?.[1] ?? '';
  }

  /** Lets a key expire, a while after a date. */
  expire(fingerprint: string, said: string, after: string): void {
    this.#gpg([...at(said), '--quick-set-expire', fingerprint, after]);
  }

  /** The public key, in armour or as packets. */
  exported(fingerprint: string, armor = true): Buffer {
    return this.#gpg([...(armor ? ['--armor'] : []), '--export', fingerprint]);
  }

  /** A detached signature in armour. @param options of gpg's */
  sign(by: string, data: Buffer, made = '2020-06-01', ...options: string[]): Buffer {
    const words = ['--armor', '--local-user', `${by}!`, ...options, '--detach-sign'];
    return this.#gpg([...at(made), ...words], data);
  }

  /** Says of a key that nobody is to believe it any more. */
  revoke(fingerprint: string): void {
    const file = join(this.#home, 'openpgp-revocs.d', `${fingerprint}.rev`);
    const text = execFileSync('sed', ['s/^:-----BEGIN/-----BEGIN/', file]);
    this.#gpg(['--import'], text);
  }

  /** Stops what gpg has started, and removes all. */
  remove(): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Path of a file of the signer's. */
  file(name: string, content: Buffer): string {
    const path = join(this.#home, name);
    writeFileSync(path, content);
    return path;
  }
}
