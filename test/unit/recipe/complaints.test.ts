// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadIptablesRecipe } from '../../../src/recipe/iptables.js';
import { loadLinuxRecipe } from '../../../src/recipe/linux.js';
import { IPTABLES, LINUX, edited, failureOf, marked, place, project } from './project.js';

type Edit = [from: string, to: string];

/** Edits of the fixture recipe, with `▸` where the complaint belongs; what it says; its hint. */
const OF_LINUX: Readonly<
  Record<string, { edits: Edit[]; says: string[]; hints?: (string | undefined)[] }>
> = {
  'unknown key': {
    edits: [['summary: A', '▸sumary: A']],
    says: ['summary is missing', 'unknown key "sumary"'],
    hints: ['add "summary: …"', expect.stringContaining('did you mean "summary"?') as string],
  },
  'unknown key far from any': {
    edits: [['arch:', '▸colour: red\narch:']],
    says: ['unknown key "colour"'],
    hints: [
      expect.stringMatching(/^known here: version, summary, unverified, arch, era,/) as string,
    ],
  },
  'unknown key further in': {
    edits: [['    patches:', '    ▸patchs:']],
    says: ['unknown key "patchs" in series[0]'],
    hints: ['did you mean "patches"? (known here: name, patches, files)'],
  },
  'unknown key of a source': {
    edits: [['  suite: bookworm\nunpack', '  ▸suit: bookworm\nunpack']],
    says: ['source.suite is missing', 'unknown key "suit" in source'],
    hints: [
      'add "suite: …" below source',
      'did you mean "suite"? (known here: apt, suite, type, closure)',
    ],
  },
  'number for text': {
    edits: [["version: '6.1'", 'version: ▸6.1']],
    says: ['version has to be text, not the number 6.1'],
    hints: ['put it in quotes: YAML reads 6.10 as the number 6.1'],
  },
  'text for a list': {
    edits: [['protocols: [l7build]', 'protocols: ▸l7build']],
    says: ['protocols has to be a list, not the text "l7build"'],
    hints: ['one entry a line, each after "- "'],
  },
  'list for a map': {
    edits: [['  base: allnoconfig\n  fragments:\n    - ', '  ▸- ']],
    says: ['config has to be a map, not a list'],
    hints: ['one "key: value" a line, further in than the line above'],
  },
  'map for text': {
    edits: [['summary: A kernel', 'summary: ▸{ a: b } # A kernel']],
    says: ['summary has to be text, not a map'],
  },
  'nothing for text': {
    edits: [['summary: A kernel for tests', 'summary:▸']],
    says: ['summary has to be text, not nothing'],
  },
  'boolean for text': {
    edits: [['summary: A kernel for tests', 'summary: ▸true']],
    says: ['summary has to be text, not true'],
  },
  'empty list': {
    edits: [['protocols: [l7build]', 'protocols: ▸[]']],
    says: ['protocols has to have at least one entry'],
  },
  'word that is not one of the known ones': {
    edits: [['allnoconfig', '▸allnocofig']],
    says: [
      'config.base has to be allnoconfig or tinyconfig or defconfig, not the text "allnocofig"',
    ],
    hints: ['did you mean "allnoconfig"?'],
  },
  'missing choice': {
    edits: [['config:\n  base: allnoconfig', '▸config:']],
    says: ['config.base is missing'],
    hints: ['add "base: …" below config'],
  },
  'source of no kind': {
    edits: [['source:\n  apt: linux-source-6.1', '▸source:\n  deb: linux-source-6.1']],
    says: ['source does not say which kind it is'],
    hints: ['its first key is one of apt, http, git, by-hand'],
  },
  'source that is text': {
    edits: [['source:\n  apt: linux-source-6.1\n  suite: bookworm', 'source: ▸bookworm']],
    says: ['source has to be a map, not the text "bookworm"'],
  },
  'branch instead of a commit': {
    edits: [
      [
        '  apt: linux-source-6.1\n  suite: bookworm',
        '  git:\n    url: https://example.org/l.git\n    commit: ▸main',
      ],
    ],
    says: [
      'source.git.commit has to be a whole commit: 40 hex digits in small letters, not the text "main"',
    ],
  },
  'address of a file': {
    edits: [
      [
        '  apt: linux-source-6.1\n  suite: bookworm',
        `  http:\n    urls: [▸file:///etc/passwd]\n    sha256: ${'a'.repeat(64)}`,
      ],
    ],
    says: [
      'source.http.urls[0] has to be an address with http:// or https://, not the text "file:///etc/passwd"',
    ],
  },
  'package that is an option': {
    edits: [['apt: linux-source-6.1', 'apt: ▸-oAPT::x']],
    says: ['source.apt has to be the name of a Debian package, not the text "-oAPT::x"'],
  },
  'closure with groups': {
    edits: [["['linux-headers-6\\.1\\.[0-9-]+-common']", "[▸'(a+)+b']"]],
    says: [
      'module.headers.closure[0] has to be a regular expression without groups, not the text "(a+)+b"',
    ],
  },
  'strip of the wrong type': {
    edits: [['unpack:\n', 'unpack:\n  strip: ▸one\n']],
    says: ['unpack.strip has to be a number, not the text "one"'],
  },
  'strip below zero': {
    edits: [['unpack:\n', 'unpack:\n  strip: ▸-1\n']],
    says: ['unpack.strip has to be 0 or more, not the number -1'],
  },
  'version that is an option': {
    edits: [["iptables: '1.8.9'", "iptables: ▸'-1.8.9'"]],
    says: [
      'iptables has to be a version: a digit, then digits, letters and . + ~ _ -, not the text "-1.8.9"',
    ],
  },
  'version with ..': {
    edits: [["iptables: '1.8.9'", "iptables: ▸'1..9'"]],
    says: [expect.stringContaining('iptables has to be a version') as string],
  },
  'version with /': {
    edits: [["iptables: '1.8.9'", "iptables: ▸'1/9'"]],
    says: [expect.stringContaining('iptables has to be a version') as string],
  },
  'version other than the name of the file': {
    edits: [["version: '6.1'", "version: ▸'6.2'"]],
    says: ['the version is 6.2, but the recipe is recipes/linux/6.1.yaml'],
  },
  'iptables without a recipe': {
    edits: [["iptables: '1.8.9'", "iptables: ▸'1.8.7'"]],
    says: ['there is no recipe for iptables 1.8.7'],
    hints: ['did you mean 1.8.9?'],
  },
  'scenario that is not there': {
    edits: [['    - layer7\n', '    - ▸layer8\n']],
    says: ['there is no file recipes/scenarios/layer8.yaml'],
  },
  'patch that is not there': {
    edits: [['- patches/linux/hook/6.1.patch', '- ▸patches/linux/hook/6.2.patch']],
    says: ['there is no file patches/linux/hook/6.2.patch'],
  },
  'path through ..': {
    edits: [['from: patches/linux/files', 'from: ▸patches/../../etc']],
    says: [
      expect.stringContaining(
        'series[0].files[0].from has to be a relative path without ".."',
      ) as string,
    ],
  },
  'absolute path': {
    edits: [['- recipes/linux/fragments/base.config', '- ▸/etc/passwd']],
    says: [expect.stringContaining('config.fragments[0] has to be a relative path') as string],
  },
  'tree path through ..': {
    edits: [['to: .', 'to: ▸..']],
    says: [expect.stringContaining('series[0].files[0].to has to be a relative path') as string],
  },
  'folder for a file': {
    edits: [['- patches/linux/hook/6.1.patch', '- ▸patches/linux/hook']],
    says: ['patches/linux/hook is not a file'],
  },
  'file for a folder': {
    edits: [['from: patches/linux/files', 'from: ▸patches/linux/files/a.h']],
    says: ['patches/linux/files/a.h is not a folder'],
  },
  'series of nothing': {
    edits: [
      [
        '  - name: layer7\n    patches:\n      - patches/linux/hook/6.1.patch\n',
        '  - ▸name: layer7\n',
      ],
      ['    files:\n      - from: patches/linux/files\n        to: .\n', ''],
    ],
    says: ['the series layer7 changes nothing'],
  },
  'several at once': {
    edits: [
      ['arch: x86_64', 'arch: ▸arm64'],
      ['    - recipes/linux/fragments/base.config', '    - ▸7'],
      ['iptables:', '▸iptable:'],
    ],
    says: [
      'iptables is missing',
      'arch has to be x86_64, not the text "arm64"',
      'config.fragments[0] has to be text, not the number 7',
      'unknown key "iptable"',
    ],
  },
};

/** A missing key of the whole recipe has no place of its own: the complaint stands at its first line. */
const FIRST = '2:1';

describe('a complaint about a kernel recipe', () => {
  it.each(Object.entries(OF_LINUX))('%s', async (_, { edits, says, hints }) => {
    const { text, places } = marked(await edited(LINUX, ...edits));
    const root = await project({ [LINUX]: text });
    const failure = await failureOf(loadLinuxRecipe(root, '6.1'));
    const diagnostics = failure.diagnostics ?? [];
    expect(failure.reason).toBe('recipe-invalid');
    expect(diagnostics.map(({ message }) => message)).toEqual(says);
    const topMissing = says.filter((say) => /^\w+ is missing$/.test(say)).map(() => FIRST);
    const nested = says.filter((say) => say === 'source.suite is missing').map(() => '6:1');
    expect(diagnostics.map(place)).toEqual([...topMissing, ...nested, ...places]);
    if (hints !== undefined) expect(diagnostics.map(({ hint }) => hint)).toEqual(hints);
    for (const { file, line, quote, severity } of diagnostics) {
      expect({ file, severity }).toEqual({ file: LINUX, severity: 'error' });
      expect(quote).toBe(text.split('\n')[line - 1]);
    }
  });
});

const URLS = 'urls: [https://example.org/iptables-1.8.9.tar.xz]';

const OF_IPTABLES: Readonly<Record<string, { edit: Edit; says: string }>> = {
  'configure argument that is none': {
    edit: ['--disable-static', '▸CFLAGS=-O0'],
    says: 'configure[0] has to be an option of ./configure',
  },
  'configure option that moves folders': {
    edit: ['--disable-static', '▸--prefix=/'],
    says: 'configure[0] has to be an option of ./configure',
  },
  'unknown back end': {
    edit: ['[legacy, nft]', '[legacy, ▸nftables]'],
    says: 'backends[1] has to be legacy or nft, not the text "nftables"',
  },
  'short digest': { edit: ['ef6639', '▸ef'], says: 'source.http.sha256 has to be 64 hex digits' },
  'no digest': {
    edit: [`http:\n    ${URLS}\n    sha256:`, `▸http:\n    ${URLS}\n    #`],
    says: 'source.http does not say which kind it is',
  },
  'digests of two kinds': {
    edit: ['    sha256:', `    ▸members: { a: ${'b'.repeat(64)} }\n    sha256:`],
    says: 'unknown key "members" in source.http',
  },
  'short digest of a member': {
    edit: ['    sha256:', '    members:\n      a/b.c: ▸ef #'],
    says: 'source.http.members.a/b.c has to be 64 hex digits',
  },
  'member out of the archive': {
    edit: ['    sha256:', '    members:\n      ▸../b.c:'],
    says: 'the key "../b.c" in source.http.members has to be a relative path without ".."',
  },
  'no member': {
    edit: ['    sha256:', '    members: ▸{} #'],
    says: 'source.http.members has to have at least one entry',
  },
  'empty overlay': {
    edit: ['from: patches/iptables/files', 'from: ▸recipes/scenarios/empty'],
    says: 'recipes/scenarios/empty holds no file',
  },
};

describe('a complaint about an iptables recipe', () => {
  it.each(Object.entries(OF_IPTABLES))('%s', async (_, { edit, says }) => {
    const { text, places } = marked(await edited(IPTABLES, edit));
    const root = await project({ [IPTABLES]: text });
    await mkdir(join(root, 'recipes/scenarios/empty'));
    const { reason, diagnostics = [] } = await failureOf(loadIptablesRecipe(root, '1.8.9'));
    expect(reason).toBe('recipe-invalid');
    expect(diagnostics.map(place)).toEqual(places);
    expect(diagnostics.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
  });
});
