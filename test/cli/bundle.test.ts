// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { trueKey } from '../../src/bundle/entry.js';
import type { BundleManifest } from '../../src/bundle/manifest.js';
import { sha256 } from '../../src/host/hash.js';
import { tarOf } from '../unit/host/tar-bytes.js';
import { ARCHIVE, FakeProject } from './project.js';
import { endedIn, eventsOf, reportIn } from './report.js';

let project: FakeProject;
let bundle: string;

beforeAll(async () => {
  project = await FakeProject.make();
  bundle = join(project.root, 'made.bundle');
  const { code, stdout, stderr } = await create(bundle);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Bundle: .*made\.bundle, 2 sources, 2 files, [\d.]+ KiB\.$/m);
  expect(stdout).toContain('l7build bundle use made.bundle, then l7build --offline --kernel 9.9');
});
beforeEach(() => {
  project.cache = join(project.root, 'caches', String(Math.random()));
});
afterAll(() => project.remove());

function create(out: string, ...args: string[]): ReturnType<FakeProject['run']> {
  return project.run(
    'bundle',
    'create',
    '--kernel',
    '9.9',
    '--builder',
    'host',
    '--out',
    out,
    ...args,
  );
}

describe('a bundle', () => {
  it('has the same bytes for the same sources', async () => {
    const mirror = join(project.root, 'mirror');
    mkdirSync(mirror);
    for (const [name, content] of project.origin.files) writeFileSync(join(mirror, name), content);
    const again = join(project.root, 'again.bundle');
    expect((await create(again, '--offline', '--mirror', mirror)).code).toBe(0);
    expect(readFileSync(again).equals(readFileSync(bundle))).toBe(true);
    expect(project.leftovers()).toEqual([]);
  });

  it('brings an empty store all that a build without network needs', async () => {
    const before = project.origin.asked.length;
    const { code, stdout } = await project.run('bundle', 'use', bundle);
    expect(code).toBe(0);
    expect(stdout).toContain(`  linux: ${ARCHIVE.linux}\n  iptables: ${ARCHIVE.iptables}\n`);
    expect(stdout).toContain('Next: l7build --offline --kernel 9.9');
    expect(project.stored()).toEqual(['fetch:iptables', 'fetch:linux']);
    expect(project.leftovers()).toEqual([]);
    const built = await project.build('--offline', '--json', '--builder', 'host');
    expect(built).toMatchObject({ code: 0, stderr: '' });
    expect(endedIn(eventsOf(built.stdout), 'hit')).toEqual(['fetch:iptables', 'fetch:linux']);
    expect(project.origin.asked).toHaveLength(before);
    const { inputs } = reportIn(project.out);
    expect(inputs.map(({ from, pinned }) => [from, pinned])).toEqual([
      [bundle, true],
      [bundle, true],
    ]);
    expect((await project.run('bundle', 'use', bundle)).code).toBe(0);
  });

  it('leaves out what is the user’s own, and says so', async () => {
    const out = join(project.root, 'part.bundle');
    const tree = project.tree('linux');
    const { code, stdout } = await create(out, '--source', `linux=${tree}`);
    expect(code).toBe(0);
    expect(stdout).toContain('Not in it: linux');
    expect((await project.run('bundle', 'use', out)).stdout).toContain('1 sources');
    expect(project.stored()).toEqual(['fetch:iptables']);
  });

  it('that cannot be made leaves no file, and says what lacks', async () => {
    const out = join(project.root, 'none.bundle');
    const { code, stderr } = await create(out, '--offline');
    expect(code).toBe(3);
    expect(stderr).toContain('2 sources could not be brought');
    expect(readdirSync(project.root).filter((name) => name.includes('none.bundle'))).toEqual([]);
  });

  it('that is not there is told', async () => {
    const { code, stderr } = await project.run('bundle', 'use', join(project.root, 'nowhere'));
    expect(code).toBe(2);
    expect(stderr).toContain('there is no bundle');
  });
});

type Change = (dir: string, manifest: BundleManifest) => unknown;

/** A copy of the bundle's first file, and what the manifest says of it. */
function first(
  dir: string,
  { entries }: BundleManifest,
): { path: string; said: { sha256: string; size: number } } {
  const [entry] = entries;
  const [said] = entry?.files ?? [];
  if (entry === undefined || said === undefined) throw new Error('the bundle is empty');
  return {
    path: join(dir, 'entries', entry.key, said.path),
    said: said,
  };
}

const HOSTILE: Readonly<Record<string, [Change, RegExp]>> = {
  'of another version': [
    (_, manifest) => Object.assign(manifest, { format: 2 }),
    /bundle\.json.*its format is 2, and this l7build reads 1/,
  ],
  'without a manifest': [
    (dir) => {
      rmSync(join(dir, 'bundle.json'));
      return 'gone';
    },
    /this is no bundle of l7build/,
  ],
  'with a manifest that is none': [
    (dir) => {
      writeFileSync(join(dir, 'bundle.json'), '{');
      return 'gone';
    },
    /it is no JSON/,
  ],
  'with a key that the manifest does not know': [
    (_, manifest) => Object.assign(manifest.entries[0] ?? {}, { more: 1 }),
    /entries\.0: /,
  ],
  'with one member more': [
    (dir) => {
      writeFileSync(join(dir, 'more'), 'x');
    },
    /"more": the manifest does not list it/,
  ],
  'with one member less': [
    (dir, manifest) => {
      rmSync(first(dir, manifest).path);
    },
    /it is not there/,
  ],
  'with other bytes': [
    (dir, manifest) => {
      const { path } = first(dir, manifest);
      const bytes = readFileSync(path);
      bytes[20] = (bytes[20] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
    /its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/,
  ],
  'with another size': [
    (dir, manifest) => {
      appendFileSync(first(dir, manifest).path, '!');
    },
    /it has \d+ bytes, not \d+/,
  ],
  'with another file and its digest': [
    (dir, manifest) => {
      const { path, said } = first(dir, manifest);
      writeFileSync(path, 'evil');
      Object.assign(said, { sha256: sha256('evil'), size: 4 });
    },
    /the source linux: linux-9\.9\.tar\.gz has another digest than is pinned/,
  ],
  'with another file, its digest and its pin': [
    (dir, manifest) => {
      const { path, said } = first(dir, manifest);
      writeFileSync(path, 'evil');
      Object.assign(said, { sha256: sha256('evil'), size: 4 });
      Object.assign(manifest.entries[0]?.source ?? {}, { sha256: sha256('evil') });
    },
    /the source linux: its key is not the one of what it says it is/,
  ],
  'with a path that leads out': [
    (_, manifest) => Object.assign(manifest.entries[0]?.files[0] ?? {}, { path: '../../../evil' }),
    /entries\.0\.files\.0\.path/,
  ],
  'with an entry twice': [
    (_, manifest) =>
      Object.assign(manifest, { entries: [manifest.entries[0], manifest.entries[0]] }),
    /a key stands twice/,
  ],
  'with a link for a file, and all else to fit': [
    (dir, manifest) => {
      const { path, said } = first(dir, manifest);
      const [entry] = manifest.entries;
      if (entry === undefined) throw new Error('the bundle is empty');
      const target = '../../bundle.json';
      rmSync(path);
      symlinkSync(target, path);
      Object.assign(said, { sha256: sha256(`-> ${target}`), size: target.length });
      Object.assign(entry.source, { sha256: sha256(`-> ${target}`) });
      const key = trueKey(entry);
      renameSync(join(dir, 'entries', entry.key), join(dir, 'entries', key));
      Object.assign(entry, { key });
    },
    /it is no file/,
  ],
  'with a link beside the files': [
    (dir) => {
      symlinkSync('bundle.json', join(dir, 'zz'));
    },
    /"zz": the manifest does not list it/,
  ],
  'with a link out': [
    (dir) => {
      symlinkSync('/etc', join(dir, 'zz'));
    },
    /it links to \/etc, out of the tree/,
  ],
};

describe('a hostile bundle is refused, and nothing of it stays:', () => {
  async function refused(path: string, complaint: RegExp): Promise<void> {
    const { code, stdout, stderr } = await project.run('bundle', 'use', path);
    expect(stderr).toMatch(complaint);
    expect(stderr).toContain('nothing of it was kept');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(project.stored()).toEqual([]);
    expect(project.leftovers()).toEqual([]);
    expect(existsSync(join(project.cache, 'apt'))).toBe(false);
  }

  it.each(Object.entries(HOSTILE))('%s', async (_, [change, complaint]) => {
    const dir = join(project.cache, '..', `${sha256(_).slice(0, 8)}-dir`);
    mkdirSync(dir, { recursive: true });
    execFileSync('tar', ['--zstd', '-xf', bundle, '-C', dir]);
    const file = join(dir, 'bundle.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as BundleManifest;
    if (change(dir, manifest) !== 'gone') writeFileSync(file, JSON.stringify(manifest));
    execFileSync('tar', ['--zstd', '-cf', `${dir}.bundle`, '-C', dir, '.']);
    await refused(`${dir}.bundle`, complaint);
  });

  it('truncated', async () => {
    const whole = readFileSync(bundle);
    const path = join(project.root, 'short.bundle');
    for (const length of [0, 100, Math.floor(whole.length / 2), whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      await refused(path, /short\.bundle: (?:it is damaged|it is no tar archive)/);
    }
  });

  it('with a member that leads out, or is more than anything may be', async () => {
    const path = join(project.root, 'tar.bundle');
    writeFileSync(path, tarOf({ name: '../evil', content: 'x' }));
    await refused(path, /leads out of the tree/);
    writeFileSync(path, tarOf({ name: 'bundle.json', size: 9 * 1024 ** 3 }));
    await refused(path, /unpacks to more than 8/);
    writeFileSync(path, tarOf({ name: 'bundle.json', content: ' '.repeat(9 * 1024 ** 2) }));
    await refused(path, /it has more than 8\.0 MiB/);
    cpSync('/dev/null', path);
    await refused(path, /it is no tar archive/);
  });
});
