// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authorizedKeys } from '../../../src/formats/authorized-keys.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-keys-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

function generated(...words: string[]): string {
  const file = join(dir, words.join(''));
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'a user', '-f', file, ...words]);
  return readFileSync(`${file}.pub`, 'utf8');
}

it.each([[['-t', 'ed25519']], [['-t', 'ecdsa', '-b', '384']], [['-t', 'rsa', '-b', '1024']]])(
  'takes a key of ssh-keygen %j as it is',
  (words) => {
    const made = generated(...words);
    expect(authorizedKeys(made)).toEqual({ text: made });
  },
);

it('takes several, without remarks, empty lines and the ends of lines of other systems', () => {
  const [one, two] = [generated('-t', 'ed25519', '-Z', 'none'), generated('-t', 'ecdsa')];
  const text = `# who may\r\n\r\n${one.trim()}\r\n  ${two.trim()}  `;
  expect(authorizedKeys(text)).toEqual({ text: `${one}${two}` });
});

/** A key in the wire's form. */
const key = (...fields: string[]): string =>
  Buffer.concat(
    fields.map((field) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(field.length);
      return Buffer.concat([head, Buffer.from(field, 'latin1')]);
    }),
  ).toString('base64');
const GOOD = key('ssh-ed25519', 'x'.repeat(32));

it.each([
  ['nothing', '# none\n', 'it has no public key'],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\n', 'line 1 is no public key'],
  ['options', `command="id" ssh-ed25519 ${GOOD}`, 'line 1 is no public key'],
  ['a kind of its own', `ssh-dss ${key('ssh-dss', 'x')}`, 'line 1 is no public key'],
  ['a key of another kind', `ssh-rsa ${GOOD}`, 'line 1 is no public key'],
  ['half a key', `ssh-ed25519 ${GOOD.slice(0, 40)}`, 'line 1 is no public key'],
  ['a kind alone', `ssh-ed25519 ${key('ssh-ed25519')}`, 'line 1 is no public key'],
  ['an empty field', `ssh-ed25519 ${key('ssh-ed25519', '')}`, 'line 1 is no public key'],
  ['what is no base64', 'ssh-ed25519 AAAA*', 'line 1 is no public key'],
  ['a control character', `ssh-ed25519 ${GOOD} a\u001b[2Jb`, 'line 1 is no public key'],
  ['a second line that is none', `ssh-ed25519 ${GOOD}\nroot`, 'line 2 is no public key'],
  ['a line without end', `ssh-ed25519 ${GOOD} ${'x'.repeat(9000)}`, 'line 1 is no public key'],
])('refuses %s', (_, text, why) => {
  expect(authorizedKeys(text)).toBe(why);
});
