// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { REPORT_SCHEMA, type Report } from '../../../src/model/report.js';
import type { Source } from '../../../src/model/source.js';
import type { Task } from '../../../src/model/task.js';
import { reportedFacts } from '../../../src/report/facts.js';
import type { Component } from '../../../src/report/sbom-component.js';
import { renderSbom } from '../../../src/report/sbom.js';
import { faultsOf } from './cyclonedx.js';

const digest = (letter: string): string => letter.repeat(64);

/** The inputs that a fetch of a source is reported as. */
function inputs(
  name: string,
  source: Source,
  files: readonly string[],
  version?: string,
): Report['inputs'] {
  const task: Task = {
    ...{ id: `fetch:${name}`, verb: 'fetch', title: '', needs: {}, host: {} },
    params: { name, source },
  };
  const fetched = files.map((file, index) => ({
    name: file,
    sha256: digest('abc'[index] ?? 'd'),
    size: 1,
    from: `/mirror/${file}`,
  }));
  const pinned = source.kind !== 'local';
  const told = version === undefined ? {} : { version };
  return reportedFacts(task, { files: fetched, pinned, ...told }).inputs ?? [];
}

const line = { offset: 0, fuzz: 0, files: [], rejects: [] };
const report: Report = {
  schema: REPORT_SCHEMA,
  tool: 'l7build 0.1.0',
  recipe: { kernel: '6.1', iptables: '1.8.9', mode: 'full' },
  started: '2026-01-01T00:00:00.000Z',
  host: { 'libc.so.6': digest('1'), qemu: 'QEMU 7.2', accelerator: 'tcg' },
  builder: {
    name: 'host',
    why: '',
    toolchain: { gcc: 'gcc (Debian 12.2.0-14) 12.2.0' },
    confinement: { network: 'off', filesystem: 'confined', user: 'unprivileged', how: '' },
  },
  inputs: [
    ...inputs(
      'linux',
      { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'linux-source-6.1' },
      ['linux-source-6.1_6.1.192-1_all.deb'],
      '6.1.192-1',
    ),
    ...inputs(
      'iptables',
      { kind: 'apt', suite: 'bookworm', type: 'source', package: 'iptables' },
      ['iptables_1.8.9-2.dsc', 'iptables_1.8.9.orig.tar.xz'],
      '1.8.9-2',
    ),
    ...inputs('busybox', { kind: 'http', urls: ['https://example.org/b.tar'], sha256: '' }, [
      'b.tar',
    ]),
    ...inputs('layer7', { kind: 'local', path: '/home' }, ['local-tree.json']),
  ],
  recipes: {
    linux: { name: 'linux', version: '6.1', license: 'GPL-2.0-only WITH Linux-syscall-note' },
    busybox: { name: 'busybox', version: '1.35.0' },
    layer7: { name: 'l7-filter-2.23', license: 'GPL-2.0-or-later' },
  },
  definitions: [{ path: 'recipes/protocols/http.pat', sha256: digest('2') }],
  steps: [],
  patches: [
    {
      ...line,
      series: 'layer7',
      patch: 'hook.patch',
      sha256: digest('3'),
      kind: 'patch',
      outcome: 'clean',
    },
    {
      ...line,
      series: 'layer7',
      patch: 'xt.h',
      sha256: digest('4'),
      kind: 'file',
      outcome: 'clean',
    },
    {
      ...line,
      series: 'layer7',
      patch: 'xt.h',
      sha256: digest('4'),
      kind: 'file',
      outcome: 'clean',
    },
    {
      ...line,
      series: 'old',
      patch: 'old.patch',
      sha256: digest('5'),
      kind: 'patch',
      outcome: 'not-needed',
    },
  ],
  config: [],
  artifacts: [
    { name: 'bzImage', sha256: digest('6'), size: 3 },
    { name: 'System.map', sha256: digest('7'), size: 4 },
  ],
  checks: [],
  reproduce: '',
};

interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const bom = (of: Report = report): Bom => JSON.parse(renderSbom(of)) as Bom;
const component = (ref: string, of: Report = report): Component | undefined =>
  bom(of).components.find((each) => each['bom-ref'] === ref);

describe('the bill of materials', () => {
  it('is valid by the schema of CycloneDX 1.6', async () => {
    const text = renderSbom(report, 1700000000);
    expect(await faultsOf(text)).toBeNull();
    expect(await faultsOf(text.replace('"SHA-256"', '"SHA-257"'))).not.toBeNull();
  });

  it('is the same for the same run at another time, and another for other artifacts', () => {
    const later = {
      ...report,
      started: '2027-01-01T00:00:00.000Z',
      ended: '2027-01-02T00:00:00.000Z',
    };
    expect(renderSbom(later)).toBe(renderSbom(report));
    const others = bom({ ...report, artifacts: [] });
    expect(others.serialNumber).not.toBe(bom().serialNumber);
    expect(bom().metadata.timestamp).toBeUndefined();
    const dated = JSON.parse(renderSbom(report, 1700000000)) as Bom;
    expect(dated.metadata.timestamp).toBe('2023-11-14T22:13:20.000Z');
  });

  it('has the digest of everything that was delivered, sorted', () => {
    expect(bom().metadata.component).toMatchObject({
      type: 'operating-system',
      version: '6.1',
      components: [
        { name: 'System.map', hashes: [{ alg: 'SHA-256', content: digest('7') }] },
        { name: 'bzImage', hashes: [{ alg: 'SHA-256', content: digest('6') }] },
      ],
    });
  });

  it('names packages of Debian by their purls, with the licence that the recipe states', () => {
    const linux = 'pkg:deb/debian/linux-source-6.1@6.1.192-1?arch=all&distro=bookworm';
    expect(component(`source:linux:${linux}`)).toEqual({
      type: 'operating-system',
      'bom-ref': `source:linux:${linux}`,
      name: 'linux-source-6.1',
      version: '6.1.192-1',
      scope: 'required',
      hashes: [{ alg: 'SHA-256', content: digest('a') }],
      licenses: [{ expression: 'GPL-2.0-only WITH Linux-syscall-note' }],
      purl: linux,
      properties: [
        { name: 'l7build:source', value: 'linux' },
        { name: 'l7build:pinned', value: 'true' },
      ],
    });
    const iptables = 'pkg:deb/debian/iptables@1.8.9-2?arch=source&distro=bookworm';
    expect(component(`source:iptables:${iptables}`)).toMatchObject({
      type: 'application',
      components: [{ name: 'iptables_1.8.9-2.dsc' }, { name: 'iptables_1.8.9.orig.tar.xz' }],
    });
    expect(component(`source:iptables:${iptables}`)).not.toHaveProperty('licenses');
  });

  it('names a download by its recipe, and what the user brought by nothing but its source', () => {
    expect(component('source:busybox')).toMatchObject({
      name: 'busybox',
      version: '1.35.0',
      externalReferences: [{ type: 'source-distribution', url: 'https://example.org/b.tar' }],
    });
    const own = component('source:layer7');
    expect(own).toMatchObject({ name: 'layer7', properties: [{}, { value: 'false' }] });
    expect(own).not.toHaveProperty('licenses');
    expect(own).not.toHaveProperty('version');
  });

  it('has series with their files once, definitions, tools apart from what is delivered, files of the host', () => {
    expect(component('series:layer7')?.components?.map(({ name }) => name)).toEqual([
      'hook.patch',
      'xt.h',
    ]);
    expect(component('series:old')).toBeUndefined();
    expect(component('definitions')?.components).toMatchObject([
      { name: 'recipes/protocols/http.pat' },
    ]);
    expect(component('tool:gcc')).toMatchObject({
      scope: 'excluded',
      version: expect.stringContaining('12.2.0') as string,
    });
    expect(component('host:libc.so.6')).toMatchObject({ scope: 'required', type: 'file' });
    expect(component('host:qemu')).toBeUndefined();
    const [needed] = bom().dependencies;
    expect(needed?.dependsOn).toContain('series:layer7');
    expect(needed?.dependsOn).not.toContain('tool:gcc');
  });

  it("has the packages of a toolchain's root in the place of its tools, with the versions of the lock", () => {
    const deb = {
      name: 'zlib1g',
      version: '1:1.2.13-1',
      archive: 'main',
      size: 1,
      sha256: digest('8'),
    } as const;
    const path = 'pool/main/z/zlib/zlib1g_1.2.13-1_amd64.deb';
    const lock: Source = { kind: 'debs', snapshot: '', debs: [{ ...deb, path }] };
    const rooted = { ...report, inputs: inputs('toolchain', lock, ['zlib1g_1.2.13-1_amd64.deb']) };
    expect(component('tool:gcc', rooted)).toBeUndefined();
    const purl = 'pkg:deb/debian/zlib1g@1:1.2.13-1?arch=amd64';
    expect(component(`source:toolchain:${purl}`, rooted)).toMatchObject({
      name: 'zlib1g',
      version: '1:1.2.13-1',
      scope: 'excluded',
    });
  });

  it('of a report of an earlier version has what that knows', async () => {
    const { recipes: _, definitions: __, ...early } = report;
    expect(await faultsOf(renderSbom(early))).toBeNull();
  });
});
