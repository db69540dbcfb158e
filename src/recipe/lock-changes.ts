// SPDX-License-Identifier: GPL-2.0-only
import type { LockedDeb } from '../model/source.js';

/** A package that two locks pin to different files. */
export interface ChangedDeb {
  readonly name: string;
  /** Versions before and after; the same where only the file's content differs. */
  readonly from: string;
  readonly to: string;
  /** The new one comes from the security archive. */
  readonly security: boolean;
}

/** What differs between two locks, each list by name. */
export interface LockChanges {
  readonly added: readonly LockedDeb[];
  readonly removed: readonly LockedDeb[];
  readonly changed: readonly ChangedDeb[];
}

/** Compares the packages of two locks. */
export function lockChanges(
  before: readonly LockedDeb[],
  after: readonly LockedDeb[],
): LockChanges {
  const old = new Map(before.map((deb) => [deb.name, deb]));
  const kept = new Set(after.map(({ name }) => name));
  return {
    added: after.filter(({ name }) => !old.has(name)),
    removed: before.filter(({ name }) => !kept.has(name)),
    changed: after.flatMap(({ name, version, sha256, archive }) => {
      const was = old.get(name);
      if (was === undefined || was.sha256 === sha256) return [];
      return [{ name, from: was.version, to: version, security: archive === 'security' }];
    }),
  };
}

/** The differences for people, a line each; none for equal locks. */
export function changeLines({ added, removed, changed }: LockChanges): string[] {
  return [
    ...added.map(({ name, version }) => `+ ${name} ${version}`),
    ...removed.map(({ name, version }) => `- ${name} ${version}`),
    ...changed.map(({ name, from, to, security }) => {
      const versions = from === to ? `${to}, other content` : `${from} -> ${to}`;
      return `~ ${name} ${versions}${security ? ' (security)' : ''}`;
    }),
  ];
}
