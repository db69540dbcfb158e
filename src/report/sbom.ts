// SPDX-License-Identifier: GPL-2.0-only
import { sha256 } from '../host/hash.js';
import type { Report } from '../model/report.js';
import { componentsOf } from './sbom-components.js';
import { byRef, fileComponent, type Component } from './sbom-component.js';

const ROOT = 'build';

/**
 * A finished run as a CycloneDX 1.6 bill of materials (ECMA-424): what was delivered, and what it was made
 * of. The same inputs, tools and artifacts give the same bytes: it has no clock's time, and its serial
 * number is made of what it says.
 *
 * @param epoch SOURCE_DATE_EPOCH in seconds, where the environment says one
 */
export function renderSbom(report: Report, epoch?: number): string {
  const components = componentsOf(report);
  const body = {
    version: 1,
    metadata: {
      ...(epoch === undefined ? {} : { timestamp: new Date(epoch * 1000).toISOString() }),
      lifecycles: [{ phase: 'build' }],
      tools: { components: [toolOf(report)] },
      component: deliveredOf(report),
    },
    components,
    dependencies: [
      {
        ref: ROOT,
        dependsOn: components
          .filter(({ scope }) => scope === 'required')
          .map((each) => each['bom-ref']),
      },
    ],
  };
  const head = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
  };
  return `${JSON.stringify({ ...head, ...body }, null, 2)}\n`;
}

function toolOf({ tool }: Report): object {
  const [name, version] = tool.split(' ');
  return { type: 'application', name, version };
}

/** What the bill is of: the kernel with all that is delivered beside it. */
function deliveredOf({ recipe, artifacts }: Report): Component {
  const files = artifacts.map(({ name, sha256: digest }) =>
    fileComponent(`output:${name}`, name, digest),
  );
  return {
    type: 'operating-system',
    'bom-ref': ROOT,
    name: 'linux-layer7',
    version: recipe.kernel,
    components: files.sort(byRef),
    properties: [
      { name: 'l7build:iptables', value: recipe.iptables },
      { name: 'l7build:mode', value: recipe.mode },
    ],
  };
}

/** A text's UUID: version 8 of RFC 9562, whose bits are ours to choose. */
function uuidOf(text: string): string {
  const hex = sha256(text);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
