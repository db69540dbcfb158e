// SPDX-License-Identifier: GPL-2.0-only
import { sha256 } from '../host/hash.js';
import type { Manifest } from '../model/store.js';
import { canonical } from '../plan/fingerprint.js';

/** A manifest as a file: JSON with a digest of all else in it, so that a changed byte is seen. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, seal: sealOf(manifest) }, null, 1)}\n`;
}

/**
 * Reads the manifest of the entry of a key.
 *
 * @param json the file's content, as JSON.parse gives it
 * @returns undefined if it is damaged, or another entry's; what an earlier version wrote has no seal
 */
export function readManifest(json: unknown, key: string): Manifest | undefined {
  if (!isManifest(json) || json.key !== key) return undefined;
  const { seal, ...manifest } = json;
  return seal === undefined || seal === sealOf(manifest) ? manifest : undefined;
}

function sealOf(manifest: Manifest): string {
  return sha256(canonical(manifest));
}

function isManifest(json: unknown): json is Manifest & { readonly seal?: unknown } {
  if (typeof json !== 'object' || json === null) return false;
  const { task, digest, files, facts } = json as Partial<Record<keyof Manifest, unknown>>;
  return (
    typeof task === 'string' &&
    typeof digest === 'string' &&
    typeof facts === 'object' &&
    facts !== null &&
    Array.isArray(files) &&
    files.every(isEntryFile)
  );
}

function isEntryFile(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  const { path, sha256: digest, size } = json as Record<string, unknown>;
  return typeof path === 'string' && typeof digest === 'string' && typeof size === 'number';
}
