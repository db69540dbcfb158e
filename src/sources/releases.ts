// SPDX-License-Identifier: GPL-2.0-only
import { listTags } from '../host/git.js';
import { shownUrl } from '../host/http.js';
import { Failed } from '../model/failure.js';
import type { AptSource, GitSource, HttpSource, PinnedSource, Source } from '../model/source.js';
import { askApt } from './apt.js';
import { CHECKSUM_LIST, fetchChecksums } from './checksum-list.js';
import type { ResolveContext } from './context.js';
import { nameOf } from './pins.js';
import { later, pointRelease, type PointRelease } from './point-release.js';

/** A release, and the source that brings it. */
export interface Release {
  readonly version: string;
  readonly source: PinnedSource;
}

/** Where a source stands among what its publisher has. */
export interface Standing {
  /** Who was asked: an address, or a suite of Debian's. */
  readonly asked: string;
  /** The version that the source stands for; missing where none of the publisher's is it. */
  readonly current?: string;
  /** Point releases after it, oldest first. */
  readonly newer: readonly Release[];
}

/** What is needed beside the source to tell what is newer. */
export interface AskContext extends ResolveContext {
  /** Of a package: the version that was fetched last; undefined if none was. */
  readonly had?: string;
}

/** The name of a kernel's archive. */
const ARCHIVE = /^linux-([0-9.]+)(\.tar\.[a-z0-9]+)$/;

/**
 * Asks the publisher of a kernel's source what is newer, and downloads nothing of it: of kernel.org's
 * folders the list of checksums, of git the tags, of Debian the signed index.
 *
 * @returns undefined for a source whose publisher has no such list: an archive without a version in its
 *   name, and what the user brings
 * @throws Failed `network-failed`, `source-missing`, `host-lacks`, `interrupted`; `source-missing` when the
 *   network is off
 */
export async function standing(source: Source, ctx: AskContext): Promise<Standing | undefined> {
  switch (source.kind) {
    case 'apt':
      refuseOffline(ctx);
      return standingOfPackage(source, ctx);
    case 'http': {
      const [, version = '', suffix = ''] = ARCHIVE.exec(nameOf(source.urls[0] ?? '')) ?? [];
      const current = pointRelease(version);
      if (current === undefined) return undefined;
      refuseOffline(ctx);
      return standingInFolder(source, { current, suffix }, ctx);
    }
    case 'git':
      refuseOffline(ctx);
      return standingInRepository(source, ctx);
    case 'debs':
    case 'by-hand':
    case 'local':
    case 'revision':
      return undefined;
  }
}

function refuseOffline({ policy }: AskContext): void {
  if (!policy.offline) return;
  throw new Failed({
    reason: 'source-missing',
    message: 'what is newer is not known here, and the network is off (--offline)',
    hints: ['run it without --offline'],
  });
}

async function standingOfPackage(
  source: AptSource,
  { cache, signal, had }: AskContext,
): Promise<Standing> {
  const { version } = await askApt(source, cache, signal);
  return {
    asked: `Debian ${source.suite}`,
    ...(had === undefined ? {} : { current: had }),
    newer: version === had ? [] : [{ version, source }],
  };
}

/** What is known of an archive by its name. */
interface Named {
  readonly current: PointRelease;
  /** Such as `.tar.xz`; others are not looked at, since every release has the same ones. */
  readonly suffix: string;
}

async function standingInFolder(
  { urls }: HttpSource,
  { current, suffix }: Named,
  { signal }: AskContext,
): Promise<Standing> {
  const folders = [...new Set(urls.map((url) => new URL('.', url).href))];
  const { folder, digests } = await firstList(folders, signal);
  const releases = [...digests].flatMap(([name, sha256]) => {
    const [, version = '', end] = ARCHIVE.exec(name) ?? [];
    const release = end === suffix ? pointRelease(version) : undefined;
    return release === undefined ? [] : [{ ...release, name, sha256 }];
  });
  return {
    asked: shownUrl(`${folder}${CHECKSUM_LIST}`),
    current: current.version,
    newer: later(current, releases).map(({ version, name, sha256 }) => ({
      version,
      source: { kind: 'http', urls: folders.map((each) => `${each}${name}`), sha256 },
    })),
  };
}

interface List {
  readonly folder: string;
  readonly digests: ReadonlyMap<string, string>;
}

/** The list of the first folder that has one. */
async function firstList(folders: readonly string[], signal: AbortSignal): Promise<List> {
  const failed: Failed[] = [];
  for (const folder of folders) {
    try {
      return { folder, digests: await fetchChecksums(folder, signal) };
    } catch (error) {
      if (!(error instanceof Failed) || error.failure.reason === 'interrupted') throw error;
      failed.push(error);
    }
  }
  const unreached = failed.find(({ failure }) => failure.reason === 'network-failed');
  throw new Failed({
    reason: (unreached ?? failed[0])?.failure.reason ?? 'source-missing',
    message: 'no list of releases could be read',
    details: failed.map(({ failure }) => failure.message),
    hints: ['check the network and its proxy, and run the same again'],
  });
}

async function standingInRepository(source: GitSource, { signal }: AskContext): Promise<Standing> {
  const tags = await listTags(source.url, signal);
  const releases = [...tags].flatMap(([tag, commit]) => {
    const release = tag.startsWith('v') ? pointRelease(tag.slice(1)) : undefined;
    return release === undefined ? [] : [{ ...release, commit }];
  });
  const asked = shownUrl(source.url);
  const current = releases.find(({ commit }) => commit === source.commit);
  if (current === undefined) return { asked, newer: [] };
  return {
    asked,
    current: current.version,
    newer: later(current, releases).map(({ version, commit }) => ({
      version,
      source: { ...source, commit },
    })),
  };
}
