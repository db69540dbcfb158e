// SPDX-License-Identifier: GPL-2.0-only

/** One member of an archive. All belong to root and carry no time. */
export type Member =
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly data: Uint8Array; readonly executable: boolean }
  | { readonly kind: 'link'; readonly target: string }
  /** A character device. */
  | { readonly kind: 'device'; readonly major: number; readonly minor: number };

const MODE: Readonly<Record<Member['kind'], number>> = {
  directory: 0o040755,
  file: 0o100644,
  link: 0o120777,
  device: 0o020600,
};
const TRAILER = 'TRAILER!!!';

/**
 * A cpio archive in the kernel's "newc" format (Documentation/driver-api/early-userspace/
 * buffer-format.rst), the same bytes for the same content. Written here rather than by cpio(1),
 * which would need root for the device node, a staged copy of every file, and still record times.
 */
export class CpioArchive {
  readonly #members = new Map<string, Member>();

  /**
   * Adds a member and the directories above it. A later member replaces an earlier one.
   *
   * @param path absolute path in the guest, without `.` and `..`
   */
  add(path: string, member: Member): void {
    const name = path.replace(/^\/+/, '');
    if (name === '' || name.split('/').some((part) => ['', '.', '..'].includes(part))) {
      throw new RangeError(`no path for an archive: ${path}`);
    }
    const above = name.lastIndexOf('/');
    if (above > 0 && !this.#members.has(name.slice(0, above))) {
      this.add(name.slice(0, above), { kind: 'directory' });
    }
    this.#members.set(name, member);
  }

  has(path: string): boolean {
    return this.#members.has(path.replace(/^\/+/, ''));
  }

  /** Paths without the first slash, and what is there. */
  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** The archive, members sorted by their names' bytes. */
  toBuffer(): Buffer {
    const parts: Uint8Array[] = [];
    const sorted = [...this.#members].sort(([a], [b]) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    sorted.forEach(([name, member], index) => {
      parts.push(...memberParts(name, member, index + 1));
    });
    parts.push(...padded(header(TRAILER, { mode: 0, inode: 0, size: 0, links: 1 })));
    return Buffer.concat(parts);
  }
}

function memberParts(name: string, member: Member, inode: number): Uint8Array[] {
  const data =
    member.kind === 'file' ? member.data : Buffer.from(member.kind === 'link' ? member.target : '');
  const executable = member.kind === 'file' && member.executable ? 0o111 : 0;
  const head = header(name, {
    mode: MODE[member.kind] | executable,
    inode,
    size: data.length,
    links: member.kind === 'directory' ? 2 : 1,
    ...(member.kind === 'device' ? { major: member.major, minor: member.minor } : {}),
  });
  return [...padded(head), ...padded(data)];
}

interface Fields {
  readonly mode: number;
  readonly inode: number;
  readonly size: number;
  readonly links: number;
  readonly major?: number;
  readonly minor?: number;
}

/** Magic, 13 fields of 8 hex digits, and the name with its NUL. */
function header(name: string, fields: Fields): Uint8Array {
  const { mode, inode, size, links, major = 0, minor = 0 } = fields;
  const nameBytes = Buffer.from(`${name}\0`);
  const numbers = [inode, mode, 0, 0, links, 0, size, 0, 0, major, minor, nameBytes.length, 0];
  const digits = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([Buffer.from(`070701${digits}`), nameBytes]);
}

/** Headers and data each end on a multiple of four bytes. */
function padded(part: Uint8Array): Uint8Array[] {
  const rest = part.length % 4;
  return rest === 0 ? [part] : [part, new Uint8Array(4 - rest)];
}
