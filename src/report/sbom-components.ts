// SPDX-License-Identifier: GPL-2.0-only
import { PackageURL } from 'packageurl-js';
import type { Report, ReportedInput, ReportedRecipe } from '../model/report.js';
import { byRef, fileComponent, hashesOf, type Component } from './sbom-component.js';

/** What the sources of a run are; all others are libraries, as CycloneDX calls what it has no word for. */
const TYPES: Readonly<Record<string, Component['type']>> = {
  linux: 'operating-system',
  image: 'operating-system',
  iptables: 'application',
  busybox: 'application',
  protocols: 'data',
};
/** Sources that nothing of is delivered: what compiles, and the kernel that a builder boots. */
const BUILT_WITH = new Set(['toolchain', 'vm']);
const DIGEST = /^[0-9a-f]{64}$/;

/** Everything that a run's artifacts were made of and with, sorted. */
export function componentsOf(report: Report): Component[] {
  return [
    ...sourcesOf(report),
    ...seriesOf(report),
    ...definitionsOf(report),
    ...toolsOf(report),
    ...hostFilesOf(report),
  ].sort(byRef);
}

/** One for each package of Debian's, and one for each other source, whatever number of files it has. */
function sourcesOf({ inputs, recipes = {} }: Report): Component[] {
  const known = new Map<string, ReportedInput[]>();
  for (const input of inputs) {
    const ref = `source:${input.source}${input.purl === undefined ? '' : `:${input.purl}`}`;
    known.set(ref, [...(known.get(ref) ?? []), input]);
  }
  return [...known].flatMap(([ref, [first, ...more]]) =>
    first === undefined ? [] : [sourceOf(ref, [first, ...more], recipes[first.source])],
  );
}

function sourceOf(
  ref: string,
  files: readonly [ReportedInput, ...ReportedInput[]],
  recipe: ReportedRecipe | undefined,
): Component {
  const [{ source, sha256, purl, urls = [], pinned }] = files;
  return {
    type: TYPES[source] ?? 'library',
    'bom-ref': ref,
    ...nameOf(files[0], recipe),
    scope: BUILT_WITH.has(source) ? 'excluded' : 'required',
    ...(files.length === 1 ? { hashes: hashesOf(sha256) } : {}),
    // What the user brought need not be what the recipe speaks of.
    ...(recipe?.license === undefined || !pinned
      ? {}
      : { licenses: [{ expression: recipe.license }] }),
    ...(purl === undefined ? {} : { purl }),
    ...(files.length === 1
      ? {}
      : {
          components: files
            .map((file) => fileComponent(`${ref}#${file.name}`, file.name, file.sha256))
            .sort(byRef),
        }),
    ...(urls.length === 0
      ? {}
      : { externalReferences: urls.map((url) => ({ type: 'source-distribution', url })) }),
    properties: [
      { name: 'l7build:source', value: source },
      { name: 'l7build:pinned', value: String(pinned) },
    ],
  };
}

/** A package's own name and version, else the recipe's, else the source's. */
function nameOf(
  { source, purl, version: found, pinned }: ReportedInput,
  recipe: ReportedRecipe | undefined,
): Pick<Component, 'name' | 'version'> {
  const { name, version } = purl === undefined ? {} : PackageURL.fromString(purl);
  if (name && version) return { name, version };
  const told = pinned ? (recipe?.version ?? found) : found;
  const called = (pinned ? recipe?.name : undefined) ?? source;
  return { name: called, ...(told === undefined ? {} : { version: told }) };
}

/** Patches and files that were laid over trees, by series; one that several trees have counts once. */
function seriesOf({ patches }: Report): Component[] {
  const series = new Map<string, Map<string, Component>>();
  for (const { series: name, patch, sha256, outcome } of patches) {
    if (outcome === 'not-needed') continue;
    const files = series.get(name) ?? new Map<string, Component>();
    files.set(patch, fileComponent(`series:${name}:${patch}`, patch, sha256));
    series.set(name, files);
  }
  return [...series].map(([name, files]) => ({
    type: 'library',
    'bom-ref': `series:${name}`,
    name,
    scope: 'required',
    components: [...files.values()].sort(byRef),
  }));
}

/** The project's own definitions; those of others are a source. */
function definitionsOf({ definitions = [] }: Report): Component[] {
  if (definitions.length === 0) return [];
  const files = definitions.map(({ path, sha256 }) =>
    fileComponent(`definitions:${path}`, path, sha256),
  );
  return [
    {
      type: 'data',
      'bom-ref': 'definitions',
      name: 'l7-protocols',
      scope: 'required',
      components: files.sort(byRef),
    },
  ];
}

/** The machine's tools, where they compile; of a toolchain's root each package is a source. */
function toolsOf({ builder, inputs }: Report): Component[] {
  if (inputs.some(({ source }) => source === 'toolchain')) return [];
  return Object.entries(builder.toolchain).map(([name, version]) => ({
    type: 'application',
    'bom-ref': `tool:${name}`,
    name,
    version,
    scope: 'excluded',
  }));
}

/** Files of the machine that went into the image, or were linked: of these a report has the digest. */
function hostFilesOf({ host }: Report): Component[] {
  return Object.entries(host)
    .filter(([, digest]) => DIGEST.test(digest))
    .map(([name, digest]) => ({
      ...fileComponent(`host:${name}`, name, digest),
      scope: 'required',
    }));
}
