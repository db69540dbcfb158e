// SPDX-License-Identifier: GPL-2.0-only

/** Random numbers that a seed repeats (the xorshift32 generator). */
export class Random {
  constructor(private state: number) {}

  /** An integer of 0 to `limit` - 1. */
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }

  pick<T>(from: readonly T[]): T {
    const item = from[this.below(from.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** One character of latin1 text. */
  letter(from: string): string {
    return from.charAt(this.below(from.length));
  }

  many<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}

const letters = 'aabbccAC.n\xe9\x01';
const hexes = 'abc$^*(.|[]-\\+?\xe9\xc9\x07';
const members = 'abcdeAE-]\\^(\x01\xe9';

/** A pattern of the dialect or nearly so: anchors in odd places, bad text now and then. */
export function randomPattern(random: Random, depth = 0): string {
  const branches = random.many(1 + random.pick([0, 0, 0, 1, 2]), () =>
    random.many(random.below(4) + (depth ? 0 : 1), () => randomPiece(random, depth)).join(''),
  );
  return branches.join('|');
}

function randomPiece(random: Random, depth: number): string {
  const quantifier = random.pick(['', '', '', '', '*', '+', '?']);
  return randomAtom(random, depth) + quantifier + (random.below(200) ? '' : '*');
}

function randomAtom(random: Random, depth: number): string {
  switch (random.below(12)) {
    case 0:
      return random.pick(['^', '$']);
    case 1:
    case 2:
      return depth < 4 ? `(${randomPattern(random, depth + 1)})` : 'a';
    case 3: {
      const inside = random.many(1 + random.below(5), () => random.letter(members)).join('');
      return `[${random.pick(['', '^'])}${inside}]`;
    }
    case 4:
      return `\\${random.letter('abx$^*(.n\\')}`;
    case 5:
      return `\\x${random.letter(hexes).charCodeAt(0).toString(16).padStart(2, '0')}`;
    case 6:
      return random.below(20) ? '.' : random.pick(['(', ')', '[', '\\x00', '*']);
    default:
      return random.letter(letters);
  }
}

const payload = 'aaabbbccdeABC-]\\^$(.n\n\0\x01\x07\xe9\xc9';

/** The packets of a flow: up to 14 bytes that the patterns above know, cut at random. */
export function randomPackets(random: Random): Buffer[] {
  const packets: Buffer[] = [];
  for (let left = random.below(15); left > 0;) {
    const size = Math.min(left, random.below(4) ? random.below(4) : left);
    const text = random.many(size, () => random.letter(payload)).join('');
    packets.push(Buffer.from(text, 'latin1'));
    left -= size;
  }
  return packets;
}
