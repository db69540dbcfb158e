// SPDX-License-Identifier: GPL-2.0-only

/**
 * Kinds of keys that OpenSSH's server takes (sshd(8), AUTHORIZED_KEYS FILE FORMAT). Certificates and DSA are no
 * part of it.
 */
const KINDS = [
  'ssh-ed25519',
  'sk-ssh-ed25519@openssh.com',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-rsa',
];
/** Characters of a line: an RSA key of 16384 bits has some 2800. */
const LONGEST = 8192;

/**
 * Public keys for an authorized_keys file, of a text that has to have them and nothing else: one a line, no options
 * before it. Empty lines and those that start with # are left out.
 *
 * @returns the lines as the server is to read them, or why the text is refused
 */
export function authorizedKeys(text: string): { readonly text: string } | string {
  const keys: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) continue;
    if (!isPublicKey(words)) return `line ${String(index + 1)} is no public key`;
    keys.push(`${words}\n`);
  }
  return keys.length === 0 ? 'it has no public key' : { text: keys.join('') };
}

function isPublicKey(line: string): boolean {
  if (line.length > LONGEST || /\p{Cc}/u.test(line)) return false;
  const [kind = '', base64 = ''] = line.split(' ');
  if (!KINDS.includes(kind) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return false;
  const fields = fieldsOf(Buffer.from(base64, 'base64'));
  // Each of them has one number or point at least.
  return fields !== undefined && fields.length >= 2 && fields[0]?.toString('latin1') === kind;
}

/** The fields of a key, each behind its length (RFC 4253, section 6.6, and RFC 4251, section 5). */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length || end === at + 4) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
