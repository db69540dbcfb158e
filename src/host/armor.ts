// SPDX-License-Identifier: GPL-2.0-only

const BEGIN = '-----BEGIN PGP PUBLIC KEY BLOCK-----';
const END = '-----END PGP PUBLIC KEY BLOCK-----';
/** A line of base64, and the checksum's line, which nobody has to look at (RFC 9580, 6.1). */
const DATA = /^[A-Za-z0-9+/]+={0,2}$/;
const CHECKSUM = /^=[A-Za-z0-9+/]{4}$/;

/**
 * Public keys as packets: what is in ASCII armour (RFC 9580, 6.2), of all blocks of a file, and what is in
 * packets already as it is. gpgv(1) reads no other keyrings.
 *
 * @returns undefined for what is neither
 */
export function dearmored(file: Buffer): Buffer | undefined {
  // The first bit of a packet is set (RFC 9580, 4.2).
  if (((file[0] ?? 0) & 0x80) !== 0) return file;
  const lines = file.toString('latin1').replaceAll('\r\n', '\n').split('\n');
  const blocks: Buffer[] = [];
  for (let at = lines.indexOf(BEGIN); at !== -1; at = lines.indexOf(BEGIN, at + 1)) {
    const end = lines.indexOf(END, at);
    const block = end === -1 ? undefined : dataOf(lines.slice(at + 1, end));
    if (block === undefined) return undefined;
    blocks.push(block);
  }
  return blocks.length === 0 ? undefined : Buffer.concat(blocks);
}

/** What is between a block's first and last line: headers, an empty line, base64, a checksum. */
function dataOf(lines: readonly string[]): Buffer | undefined {
  const data = lines.slice(lines.findIndex((line) => line.trim() === '') + 1);
  if (CHECKSUM.test(data.at(-1) ?? '')) data.pop();
  if (data.length === 0 || !data.every((line) => DATA.test(line))) return undefined;
  return Buffer.from(data.join(''), 'base64');
}
