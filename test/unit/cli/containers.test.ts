// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { buildArgv } from '../../../src/cli/containers/image.js';
import { rootDifferences } from '../../../src/cli/containers/installed.js';
import type { LockedDeb } from '../../../src/model/source.js';
import type { Engine } from '../../../src/runtimes/engine/argv.js';

const locked = (name: string, version: string): LockedDeb => ({
  ...{ name, version, archive: 'main', path: `pool/${name}.deb`, size: 1, sha256: '0'.repeat(64) },
});

describe('a root against its lock', () => {
  const status = [
    'Package: libc6\nStatus: install ok installed\nVersion: 2.36\nDescription: C library\n shared',
    'Package: make\nStatus: install ok installed\nVersion: 4.3',
    'Package: apt\nStatus: install ok installed\nVersion: 2.6',
    'Package: gone\nStatus: deinstall ok config-files\nVersion: 1',
  ].join('\n\n');

  it('differs by what is missing, other, or too much', () => {
    const lock = [locked('libc6', '2.36'), locked('make', '4.4'), locked('gone', '1')];
    expect(rootDifferences(status, lock)).toEqual([
      'make is 4.3 in the root, not 4.4',
      'gone 1 is not in the root',
      'apt 2.6 is in the root, but not in the lock',
    ]);
  });

  it('is the same with the same packages', () => {
    const lock = [locked('apt', '2.6'), locked('libc6', '2.36'), locked('make', '4.3')];
    expect(rootDifferences(status, lock)).toEqual([]);
  });
});

describe('argv that builds on an image', () => {
  const engine = (change: Partial<Engine['manner']>, name: Engine['name'] = 'podman'): Engine => ({
    name,
    uid: 0,
    gid: 0,
    allowed: { memory: 2 ** 30, processes: 100 },
    manner: {
      ...{
        runtime: '',
        ulimits: 'own',
        limits: 'set',
        root: 'image',
        labels: 'own',
      },
      ...change,
    },
  });
  const request = {
    reference: 'localhost/l7build/x:1',
    context: '/c',
    args: { BASE: 'host/debian@sha256:0' },
    labels: { 'l7build.make': '4.3' },
  };

  it('takes the network away', () => {
    const argv = buildArgv({ engine: engine({}) }, request);
    expect(argv.join(' ')).toBe(
      'podman build --network none --layers=false --label l7build.make=4.3 ' +
        '--build-arg BASE=host/debian@sha256:0 --tag localhost/l7build/x:1 --file /c/Containerfile /c',
    );
    expect(buildArgv({ engine: engine({}, 'docker') }, request)).not.toContain('--layers=false');
  });

  it('isolates without a container runtime where podman has trouble with one', () => {
    for (const odd of [{ runtime: 'runc' }, { ulimits: 'low' }] as const) {
      const argv = buildArgv({ engine: engine(odd) }, request);
      expect(argv.join(' ')).toContain('podman build --isolation chroot ');
    }
  });
});
