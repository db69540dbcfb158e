// SPDX-License-Identifier: GPL-2.0-only

/**
 * Packages from a Debian suite, found through the mirror that the machine is configured with.
 * apt's signed chain (Release -> Packages/Sources -> file) gives the checksums.
 */
export interface AptSource {
  readonly kind: 'apt';
  /** Suite's codename, such as `bookworm`. */
  readonly suite: string;
  /** `binary` fetches .deb files, `source` a source package's files (.dsc, orig tarball, Debian's). */
  readonly type: 'binary' | 'source';
  /** A package's name. */
  readonly package: string;
  /**
   * For a meta package (linux-headers-cloud-amd64): fetch those of its direct and indirect
   * dependencies whose names match one of these regular expressions (anchored at both ends).
   */
  readonly closure?: readonly string[];
  /** Of a source package: the files that are wanted, as a glob on the name; missing: all. */
  readonly file?: string;
}

/** A key that signs a publisher's files. */
export interface SigningKey {
  /** Fingerprint of the primary key: 40 hex digits in capitals. */
  readonly fingerprint: string;
  /** Where it is had: addresses, and files of /usr/share/keyrings that a Debian package brings. */
  readonly from: readonly string[];
}

/** A signature of OpenPGP's that lies beside a file. */
export interface DetachedSignature {
  /** Tried in order. */
  readonly urls: readonly string[];
  /** What is signed: the file as it lies there, or the tar that is compressed in it. */
  readonly of: 'file' | 'tar';
  /** One of them has to have made it. */
  readonly keys: readonly SigningKey[];
}

/** Who signed a file, as far as that was checked. */
export interface SignedBy {
  /** Fingerprint of the primary key. */
  readonly fingerprint: string;
  /** The date on which it was, by its own word: `2025-04-20`. */
  readonly made: string;
  /** The digest algorithm, such as `SHA256`. */
  readonly digest: string;
}

/** One file at one or several addresses, tried in order. */
export interface HttpFile {
  readonly kind: 'http';
  readonly urls: readonly string[];
  /** Lower-case hex SHA-256 of the file. */
  readonly sha256: string;
  /** What is checked beside the digest, where the publisher signs. */
  readonly signature?: DetachedSignature;
}

/** Files of an archive whose own digest nobody tells; the archive lies at one or several addresses. */
export interface HttpMembers {
  readonly kind: 'http';
  readonly urls: readonly string[];
  /** Lower-case hex SHA-256 by path, as it is once `strip` leading folders are dropped. */
  readonly members: Readonly<Record<string, string>>;
  /** See Unpack. */
  readonly strip?: number;
}

export type HttpSource = HttpFile | HttpMembers;

/** A commit of a git repository. */
export interface GitSource {
  readonly kind: 'git';
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
}

/** A file that is never fetched, since no checksum of it is known: the user brings it. */
export interface ByHandSource {
  readonly kind: 'by-hand';
  /** Where a person finds it. */
  readonly urls: readonly string[];
}

/** A file or directory of the user's; never pinned, and the report says so. */
export interface LocalSource {
  readonly kind: 'local';
  /** Absolute path. */
  readonly path: string;
}

/** A commit of a git repository of the user's, bare or not; never pinned, and the report says so. */
export interface RevisionSource {
  readonly kind: 'revision';
  /** Absolute path of the repository. */
  readonly path: string;
  /** The whole commit. */
  readonly commit: string;
}

/** A .deb file in Debian's archive, pinned. */
export interface LockedDeb {
  readonly name: string;
  readonly version: string;
  /** The archive whose pool has it. */
  readonly archive: 'main' | 'security';
  /** Path below the archive's address, such as `pool/main/g/gcc-12/gcc-12_12.2.0-14_amd64.deb`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/**
 * Pinned packages: from the mirror that the machine is configured with while that has them, and from
 * snapshot.debian.org as of `snapshot` when it does not any more.
 */
export interface DebsSource {
  readonly kind: 'debs';
  /** When these were the suite's newest, as snapshot.debian.org writes it: `20261122T000000Z`. */
  readonly snapshot: string;
  readonly debs: readonly LockedDeb[];
}

/** What a run fetches by itself, because somebody vouches for what comes. */
export type PinnedSource = AptSource | HttpSource | GitSource | DebsSource;

export type Source = PinnedSource | ByHandSource | LocalSource | RevisionSource;

/** A file of a package. */
export interface AptFile {
  readonly name: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly url: string;
}

/** What a package stands for at a time. */
export interface AptResolution {
  /** The package's newest version in the suite, its updates and its security archive. */
  readonly version: string;
  readonly files: readonly AptFile[];
}

/** What a fetch brought: one file, with where it came from. */
export interface FetchedFile {
  /** File name within the fetch's output; of an archive's member its path there. */
  readonly name: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** URL, or path for a local source or a mirror folder. */
  readonly from: string;
  /** Missing where nothing says that it is signed, and in what a bundle brought. */
  readonly signedBy?: SignedBy;
}

export interface Fetched {
  readonly files: readonly FetchedFile[];
  /** Upstream's or Debian's version where the source tells one. */
  readonly version?: string;
  /** False for local sources and anything whose digest nobody vouched for. */
  readonly pinned: boolean;
  /** The files are the tree itself, and nothing of them is unpacked. */
  readonly tree?: true;
}

/**
 * How a fetched file becomes a tree. Members outside of `inner`'s archive are not looked at.
 */
export interface Unpack {
  /** Which of the fetched files, as a glob on the name (`iptables_*.orig.tar.*`); default: all. */
  readonly file?: string;
  /** For a package that carries a tarball (linux-source): the member to unpack in its turn. */
  readonly inner?: string;
  /** Leading path components to drop. Default 1; 0 for .deb files. */
  readonly strip?: number;
}
