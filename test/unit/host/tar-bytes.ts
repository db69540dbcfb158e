// SPDX-License-Identifier: GPL-2.0-only

export interface Header {
  readonly name: string;
  /** tar(5): 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 directory, 6 fifo. */
  readonly type?: string;
  readonly mode?: number;
  readonly linkname?: string;
  readonly content?: string;
  /** Size in the header when it is not that of the content. */
  readonly size?: number;
}

function field(buffer: Buffer, at: number, length: number, value: number): void {
  buffer.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
}

/** One member by hand, as tar(5) lays it out: tar(1) itself would not write hostile ones. */
function member({
  name,
  type = '0',
  mode = 0o644,
  linkname = '',
  content = '',
  size,
}: Header): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  field(header, 100, 8, mode);
  field(header, 108, 8, 0);
  field(header, 116, 8, 0);
  field(header, 124, 12, size ?? Buffer.byteLength(content));
  field(header, 136, 12, 1_000_000_000);
  header.fill(' ', 148, 156);
  header.write(type, 156, 'latin1');
  header.write(linkname, 157, 100, 'latin1');
  header.write('ustar\0' + '00', 257, 'latin1');
  field(header, 329, 8, 1);
  field(header, 337, 8, 3);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

/** A tar archive of the members. */
export function tarOf(...members: readonly Header[]): Buffer {
  return Buffer.concat([...members.map(member), Buffer.alloc(1024)]);
}
