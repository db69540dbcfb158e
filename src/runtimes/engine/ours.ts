// SPDX-License-Identifier: GPL-2.0-only
import { access, constants, mkdir } from 'node:fs/promises';

/** True if something can be kept in a store: it may be another user's, and only to be read. */
export async function isOurs(cache: string): Promise<boolean> {
  try {
    await mkdir(cache, { recursive: true });
    await access(cache, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
