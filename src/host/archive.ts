// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Failed } from '../model/failure.js';
import { decompressor, formatOf, formatOfFile, HEAD } from './compression.js';
import { memberPath, refused } from './members.js';
import { Chain, type Bytes } from './pipe.js';
import { interrupted, type Argv } from './exec.js';
import { errorCode, spaceFailure } from './space.js';
import { memberOf, startTarReader } from './tar-reader.js';
import type { FileSink, Placement, TreeWriter } from './tree-writer.js';

export interface UnpackOptions {
  /** Leading path components to drop. Default: 1, and 0 for a package without `inner`. */
  readonly strip?: number;
  /** For a package: a member that is an archive itself, and the only one that is unpacked. */
  readonly inner?: string;
  readonly signal: AbortSignal;
  /** Called now and then with the members written so far. */
  readonly onProgress?: (entries: number) => void;
}

const NO_ARCHIVE = 'no tar archive, neither plain nor by gzip, xz, bzip2 or zstd';

/** Bytes that are read from a plain file at a time. */
const CHUNK = 256 * 1024;

/**
 * Unpacks an archive into a tree: tar, plain or compressed by gzip, xz, bzip2 or zstd, or a Debian
 * package (whose absolute links are made relative). The format is told by the content. Everything is
 * streamed: nothing lies on disk on the way.
 *
 * @throws Failed `archive-refused` for a hostile or broken archive, `no-space`, `interrupted`,
 *   `host-lacks` without the decompressor. Then the tree is half-written, and for the caller to remove.
 */
export async function unpackArchive(
  path: string,
  tree: TreeWriter,
  options: UnpackOptions,
): Promise<void> {
  const archive = basename(path);
  const chain = new Chain(options.signal);
  try {
    const format = await formatOfFile(path);
    const inner = format === 'deb' ? options.inner : undefined;
    const relocate = format === 'deb' && inner === undefined;
    const placement: Placement = { archive, strip: options.strip ?? (relocate ? 0 : 1), relocate };
    if (format === 'unknown') {
      throw refused(archive, undefined, `it is ${NO_ARCHIVE}, and no .deb`);
    }
    const argv: Argv | undefined =
      format === 'deb' ? ['dpkg-deb', '--fsys-tarfile'] : decompressor(format);
    let bytes: Bytes =
      argv === undefined
        ? createReadStream(path, { highWaterMark: CHUNK })
        : chain.start([...argv, path]).stdout;
    if (inner !== undefined) {
      bytes = await opened(innerBytes(bytes, inner, archive, chain), chain, (why) =>
        refused(archive, inner, why),
      );
    }
    await writeMembers(bytes, tree, placement, chain, options);
  } catch (error) {
    await chain.stop();
    throw explained(chain.fault ?? error, archive, tree.root);
  }
}

/**
 * Copies a directory of the user's into a tree, with the same checks as an archive.
 *
 * @param without names that are left out, wherever they are
 * @throws as `unpackArchive`
 */
export async function copyTree(
  path: string,
  without: readonly string[],
  tree: TreeWriter,
  options: Pick<UnpackOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const chain = new Chain(options.signal);
  const excluded = without.map((name) => `--exclude=${name}`);
  try {
    const { stdout } = chain.start(['tar', '-C', path, ...excluded, '-cf', '-', '.']);
    const placement: Placement = { archive: path, strip: 0, relocate: false };
    await writeMembers(stdout, tree, placement, chain, options);
  } catch (error) {
    await chain.stop();
    throw explained(error, path, tree.root);
  }
}

/** Makes plain bytes of what may be compressed. */
async function opened(
  packed: AsyncGenerator<Buffer>,
  chain: Chain,
  refuse: (why: string) => Failed,
): Promise<Bytes> {
  let head = Buffer.alloc(0);
  while (head.length < HEAD) {
    const next = await packed.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const format = formatOf(head);
  if (format === 'unknown' || format === 'deb') throw refuse(`it is ${NO_ARCHIVE}`);
  const whole = (async function* () {
    yield head;
    yield* packed;
  })();
  const argv = decompressor(format);
  return argv === undefined ? whole : chain.start(argv, whole).stdout;
}

/** A member's name without `./`; undefined for a name that leads out. */
function pathOf(name: string): string | undefined {
  const parts = memberPath(name);
  return 'why' in parts ? undefined : parts.join('/');
}

/** The bytes of one member of an archive. */
async function* innerBytes(
  bytes: Bytes,
  inner: string,
  archive: string,
  chain: Chain,
): AsyncGenerator<Buffer> {
  const wanted = pathOf(inner);
  const chunks: Buffer[] = [];
  const found: string[] = [];
  const parser = await startTarReader((entry) => {
    const member = memberOf(entry);
    if (pathOf(member.name) !== wanted || member.type !== 'file') {
      entry.resume();
      return;
    }
    found.push(member.name);
    entry.on('data', (chunk) => chunks.push(chunk));
  });
  for await (const chunk of bytes) {
    parser.write(chunk);
    yield* chunks.splice(0);
  }
  if (found.length > 0) return;
  // What the unpacker complains of comes before what is lacking because of it.
  await chain.ended();
  throw refused(archive, inner, 'there is no such file in the archive');
}

async function writeMembers(
  bytes: Bytes,
  tree: TreeWriter,
  placement: Placement,
  chain: Chain,
  { signal, onProgress }: UnpackOptions,
): Promise<void> {
  let open: FileSink | undefined;
  const parser = await startTarReader((entry) => {
    const sink = tree.add(memberOf(entry), placement);
    if (sink === undefined) {
      entry.resume();
      return;
    }
    open = sink;
    entry.on('data', (chunk) => {
      sink.write(chunk);
    });
    entry.on('end', () => {
      sink.end();
      open = undefined;
    });
  });
  try {
    for await (const chunk of bytes) {
      if (signal.aborted) throw interrupted();
      tree.read(chunk.length, placement.archive);
      parser.write(chunk);
      onProgress?.(tree.entries);
    }
    // What a decompressor complains of comes before what its output lacks.
    await chain.ended();
    parser.end();
  } finally {
    open?.close();
  }
}

/** File system's complaints about a name that an archive brings. */
const BAD_NAME = new Set(['ENAMETOOLONG', 'EILSEQ', 'EINVAL']);

function explained(error: unknown, archive: string, root: string): unknown {
  const space = spaceFailure(error, root);
  if (space !== undefined) return space;
  if (error instanceof Failed) {
    if (error.failure.reason !== 'command-failed') return error;
    return refused(
      archive,
      undefined,
      `it is damaged: ${(error.failure.details ?? []).join('; ')}`,
    );
  }
  if (error instanceof Error && 'tarCode' in error) {
    return refused(archive, undefined, `it is damaged: ${error.message}`);
  }
  if (BAD_NAME.has(errorCode(error) ?? '')) return refused(archive, undefined, String(error));
  return error;
}
