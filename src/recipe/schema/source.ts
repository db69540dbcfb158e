// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import type { SourceSpec } from '../../model/recipe.js';
import type { DetachedSignature, Source, Unpack } from '../../model/source.js';
import { listOf, packageName, path, suite, word } from './words.js';

/**
 * A regular expression for names of packages. Without groups no quantifier can stand on another,
 * so that matching a name is quick whatever a recipe says.
 */
const NAME_PATTERN = /^[A-Za-z0-9.+*?\\[\]-]+$/;

const apt = z.strictObject({
  apt: packageName("Debian package's name."),
  suite,
  type: z._default(
    z
      .enum(['binary', 'source'])
      .check(z.describe('The .deb files, or the files of the source package.')),
    'binary',
  ),
  closure: z.exactOptional(
    listOf(
      word(NAME_PATTERN, 'a regular expression without groups', 'For the whole name of a package.'),
      'Of the packages that it depends on, directly or not, fetch those with such names.',
    ),
  ),
});

const sha256 = word(/^[0-9a-f]{64}$/, '64 hex digits in small letters', "The file's SHA-256.");

/** An address of what a recipe wants. */
const address = (of: string): ReturnType<typeof word> =>
  word(/^https?:\/\/[^\s@]+$/, 'an address with http:// or https://', `Address of the ${of}.`);

const urls = listOf(address('file'), 'Where the file lies; tried in this order.');

const signature = z
  .strictObject({
    urls: listOf(address('signature'), 'Where the signature lies; tried in this order.'),
    of: z
      .enum(['file', 'tar'])
      .check(z.describe('What is signed: the file as it lies there, or the tar that is compressed in it.')),
    keys: z
      .record(
        word(
          /^[0-9A-F]{40}$/,
          'a whole fingerprint: 40 hex digits in capitals, without blanks',
          'Fingerprint of the primary key.',
        ),
        listOf(
          word(
            /^(?:https?:\/\/[^\s@]+|\/usr\/share\/keyrings\/[^\s/]+)$/,
            'an address, or a file of /usr/share/keyrings',
            'A place that has the key.',
          ),
          'Where the key is had; the fingerprint tells whether it is the one.',
        ),
      )
      .check(
        z.refine((keys) => Object.keys(keys).length > 0, 'has to have at least one entry'),
        z.describe('By which keys it may be, by their fingerprints.'),
      ),
  })
  .check(z.describe("The publisher's signature, which is checked beside the SHA-256."));

const http = z.strictObject({
  http: z
    .union([
    z.strictObject({ sha256, urls, signature: z.exactOptional(signature) }),
    z.strictObject({
      members: z
        .record(path("Path in the archive, without the folders that `unpack.strip` drops."), sha256)
        .check(
          z.refine((members) => Object.keys(members).length > 0, 'has to have at least one entry'),
          z.describe(
            'For an archive whose own checksum nobody tells: the files that are taken from it.',
          ),
        ),
      urls,
    }),
  ])
  .check(z.describe('A file with its checksum, or an archive with those of files in it.')),
});

const git = z.strictObject({
  git: z.strictObject({
    url: word(
      // A host that begins with - would be an option of ssh(1).
      /^(?:https?|git|ssh):\/\/(?!(?:[^/\s]*@)?-)[^\s]+$/,
      'an address with https://, git:// or ssh://',
      'Address of the repository.',
    ),
    commit: word(
      /^[0-9a-f]{40}$/,
      'a whole commit: 40 hex digits in small letters',
      'Tags and branches move, so only a commit will do.',
    ),
  }),
});

const byHand = z.strictObject({
  'by-hand': listOf(address('file'),
    'Where the file lies. It has no known checksum, so the user brings it, with --source.',
  ),
});

/** Where files come from. Each kind is told by its first key. */
export const source = z
  .union([apt, http, git, byHand])
  .check(
    z.describe('Where it comes from: a Debian package, a download, a git commit, or the user.'),
  );

export const unpack = z
  .strictObject({
    file: z.exactOptional(
      word(/^[^\s/\\]+$/, "a file's name or a glob", 'Which of the fetched files; a glob.'),
    ),
    inner: z.exactOptional(path('Member of the archive that is unpacked in its turn.')),
    strip: z.exactOptional(
      z
        .int()
        .check(
          z.minimum(0, 'has to be 0 or more'),
          z.maximum(10, 'has to be 10 or less'),
          z.describe('Leading folders to drop from the names. Default 1, and 0 for .deb files.'),
        ),
    ),
  })
  .check(z.describe('How what was fetched becomes a tree.'));

/** SPDX specification 2.3, annex D, without brackets. */
export const license = word(
  /^[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*$/,
  'an SPDX licence expression, such as GPL-2.0-only',
  'The licence of what the source holds, where its publisher states one; an SPDX expression.',
);

/**
 * The checked words of a recipe as the model's source.
 *
 * @param unpack what the recipe says beside it: the folders to drop are known before members are looked
 *   up, and of a source package only what is unpacked is fetched
 */
function toSource(words: z.infer<typeof source>, { file, strip }: Unpack): Source {
  if ('http' in words) {
    if ('members' in words.http) {
      return { kind: 'http', ...words.http, ...(strip === undefined ? {} : { strip }) };
    }
    const { signature: signed, ...file } = words.http;
    return { kind: 'http', ...file, ...(signed === undefined ? {} : { signature: detached(signed) }) };
  }
  if ('git' in words) return { kind: 'git', ...words.git };
  if ('by-hand' in words) return { kind: 'by-hand', urls: words['by-hand'] };
  const { apt: name, suite, type, closure } = words;
  return {
    ...{ kind: 'apt', suite, type, package: name },
    ...(closure === undefined ? {} : { closure }),
    ...(type === 'source' && file !== undefined ? { file } : {}),
  };
}

function detached({ urls: addresses, of, keys }: z.infer<typeof signature>): DetachedSignature {
  const pinned = Object.entries(keys).map(([fingerprint, from]) => ({ fingerprint, from }));
  return { urls: addresses, of, keys: pinned };
}

/** What a recipe says of a source and of how it becomes a tree. */
export function toSourceSpec({
  source: words,
  unpack: how = {},
  license: terms,
}: {
  readonly source: z.infer<typeof source>;
  readonly unpack?: Unpack | undefined;
  readonly license?: string | undefined;
}): SourceSpec {
  return {
    source: toSource(words, how),
    unpack: how,
    ...(terms === undefined ? {} : { license: terms }),
  };
}
