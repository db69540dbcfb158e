// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';

/**
 * Where this program was installed: recipes/, patches/ and guest/ lie there. This file is two folders
 * below, and so is what becomes of it in dist/ (scripts/build.mjs).
 */
export const INSTALLED = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
