// SPDX-License-Identifier: GPL-2.0-only
import type { Report, ReportedArtifact, ReportedInput } from '../model/report.js';
import type { ProjectFile } from '../model/recipe.js';

/** What a predicate of SLSA's build track is of; the parameters are those of the main job. */
const BUILD_TYPE = 'urn:l7build:build:1';

/** Where a thing that was read came from, as in-toto's ResourceDescriptor has it. */
interface Descriptor {
  readonly name: string;
  readonly uri?: string;
  readonly digest: { readonly sha256: string };
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/**
 * A finished run as an in-toto Statement (v1) with SLSA's provenance (v1) as its predicate: the artifacts
 * are its subject, and sources, patches, definitions and the files laid over trees what they depend on.
 *
 * @param beside what else lies in the output folder and is vouched for, such as the bill of materials
 */
export function renderProvenance(
  report: Report,
  beside: readonly Pick<ReportedArtifact, 'name' | 'sha256'>[],
): string {
  const { kernel, iptables, mode } = report.recipe;
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...report.artifacts, ...beside].map(({ name, sha256 }) => ({
      name,
      digest: { sha256 },
    })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { kernel, iptables, mode, words: report.words ?? [] },
        internalParameters: { host: report.host, toolchain: report.builder.toolchain },
        resolvedDependencies: [
          ...report.inputs.map(inputOf),
          ...patchesOf(report),
          ...(report.definitions ?? []).map(definitionOf),
        ],
      },
      runDetails: {
        builder: {
          id: `urn:l7build:builder:${report.builder.name}`,
          version: { l7build: report.tool.replace('l7build ', '') },
        },
        metadata: {
          startedOn: report.started,
          ...(report.ended === undefined ? {} : { finishedOn: report.ended }),
        },
      },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

function inputOf(input: ReportedInput): Descriptor {
  const { source, name, sha256, from, version, pinned, signedBy } = input;
  return {
    name: `${source}: ${name}`,
    uri: from,
    digest: { sha256 },
    annotations: {
      pinned,
      ...(version === undefined ? {} : { version }),
      ...(signedBy === undefined ? {} : { signedBy }),
    },
  };
}

/** What went on; a file that several series have counts once. */
function patchesOf({ patches }: Report): Descriptor[] {
  const used = patches.filter(({ outcome }) => outcome !== 'not-needed');
  const known = new Map(
    used.map(({ patch, sha256, kind }) => [
      patch,
      { name: patch, digest: { sha256 }, annotations: { kind } },
    ]),
  );
  return [...known.values()];
}

function definitionOf({ path, sha256 }: ProjectFile): Descriptor {
  return { name: path, digest: { sha256 }, annotations: { kind: 'definition' } };
}
