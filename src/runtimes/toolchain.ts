// SPDX-License-Identifier: GPL-2.0-only
import { programVersion } from '../host/program-version.js';
import { Failed } from '../model/failure.js';
import { BUILD_TOOLS } from '../model/runtime.js';

/**
 * First line of `--version` of each build tool; a tool that is not there is left out (preflight names it).
 */
export async function hostToolchain(): Promise<Record<string, string>> {
  const versions = await Promise.all(
    BUILD_TOOLS.map(async (tool) => [tool, await firstLine(tool)] as const),
  );
  return Object.fromEntries(versions.filter(([, version]) => version !== ''));
}

async function firstLine(tool: string): Promise<string> {
  try {
    return await programVersion(tool);
  } catch (error) {
    if (error instanceof Failed) return '';
    throw error;
  }
}
