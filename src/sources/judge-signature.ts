// SPDX-License-Identifier: GPL-2.0-only
import type { SignatureStatus } from '../host/gpgv.js';
import type { SignedBy } from '../model/source.js';

/** Digest algorithms by number (RFC 9580, 9.5). */
const DIGESTS: Readonly<Record<number, string>> = {
  1: 'MD5',
  2: 'SHA1',
  3: 'RIPEMD160',
  8: 'SHA256',
  9: 'SHA384',
  10: 'SHA512',
  11: 'SHA224',
  12: 'SHA3-256',
  14: 'SHA3-512',
};
/**
 * Those of which nobody believes anything. SHA-1 is not among them: who signed the file chose it, and to make
 * another file with the SHA-1 of a given one is beyond everybody; old releases have no better. The file's own
 * SHA-256 is checked in any case.
 */
const BROKEN = new Set(['MD5', 'RIPEMD160']);

/** Whose signature is believed, or why none is, with the key that was found. */
export type Verdict =
  | { readonly by: SignedBy }
  | { readonly why: string; readonly found?: string; readonly unknown?: boolean };

/**
 * Whether one of a file's signatures is by a pinned key. It is judged as of the time at which it was made:
 * a key that has expired since is good, one that had expired then is not. A key that its owner has
 * revoked is never good, and a signature that says of itself how long it holds does not longer.
 *
 * @param pinned fingerprints of primary keys
 */
export function judge(all: readonly SignatureStatus[], pinned: readonly string[]): Verdict {
  const verdicts = all.map((status) => judgeOne(status, pinned));
  return (
    verdicts.find((verdict) => 'by' in verdict) ??
    // What is wrong with a pinned key's says more than that there is another's beside it.
    verdicts.find(
      (verdict) => 'found' in verdict && pinned.some((key) => isKey(key, verdict.found)),
    ) ??
    verdicts[0] ?? { why: 'it is no signature of OpenPGP' }
  );
}

function judgeOne(status: SignatureStatus, pinned: readonly string[]): Verdict {
  const { result, key, made = 0, keyExpired } = status;
  const found = key;
  const digest = DIGESTS[status.digest ?? 0] ?? `number ${String(status.digest ?? 0)}`;
  if (BROKEN.has(digest)) return { why: `it is made with ${digest}, which is broken`, found };
  if (result === 'bad') return { why: 'the file is not what was signed', found };
  if (result === 'unchecked') {
    return { why: 'its key is not among those that were had', found, unknown: true };
  }
  if (!pinned.includes(key)) return { why: 'it is by another key than the recipe pins', found };
  if (status.keyRevoked) return { why: 'its key has been revoked', found };
  if (status.over) return { why: 'it says of itself that it holds no longer', found };
  if (keyExpired !== undefined && keyExpired <= made) {
    return {
      why: `it was made on ${day(made)}, when its key had expired (${day(keyExpired)})`,
      found,
    };
  }
  return { by: { fingerprint: key, made: day(made), digest } };
}

/** True if a fingerprint, or an id of a key, which is its end, is that of a key. */
function isKey(fingerprint: string, found: string | undefined): boolean {
  return found !== undefined && found.length >= 16 && fingerprint.endsWith(found);
}

/** The date of seconds since the epoch. */
function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
