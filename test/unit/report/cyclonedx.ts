// SPDX-License-Identifier: GPL-2.0-only
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

/** What CycloneDX's own library finds wrong with a document by the schema of version 1.6; null if nothing. */
export function faultsOf(text: string): Promise<unknown> {
  return new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
}
