// SPDX-License-Identifier: GPL-2.0-only

/** A component as CycloneDX 1.6 has it: the part of it that is used here. */
export interface Component {
  readonly type: 'application' | 'data' | 'file' | 'library' | 'operating-system';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  /** `excluded` is what was built with, and is in nothing that is delivered. */
  readonly scope?: 'required' | 'excluded';
  readonly hashes?: readonly Hash[];
  readonly licenses?: readonly { readonly expression: string }[];
  readonly purl?: string;
  readonly components?: readonly Component[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Hash {
  readonly alg: 'SHA-256';
  readonly content: string;
}

/** A digest as a component's hashes. */
export function hashesOf(sha256: string): readonly Hash[] {
  return [{ alg: 'SHA-256', content: sha256 }];
}

/** A file with its digest. @param ref unique in the document */
export function fileComponent(ref: string, name: string, sha256: string): Component {
  return { type: 'file', 'bom-ref': ref, name, hashes: hashesOf(sha256) };
}

/** Order of components in the document; `Array.prototype.sort` takes it. */
export function byRef(a: Component, b: Component): number {
  return a['bom-ref'] < b['bom-ref'] ? -1 : 1;
}
