// SPDX-License-Identifier: GPL-2.0-only
import type { Step } from '../model/step.js';
import { fetchSource } from '../sources/index.js';

/** Brings a source's files. Facts: those of Fetched. */
export const fetch: Step<'fetch'> = async ({ name, source }, ctx) => {
  const fetched = await fetchSource(name, source, ctx);
  if (!fetched.pinned) {
    ctx.warn(`${name} comes from this machine: nobody vouches for it, and the report says so`);
  }
  return { facts: { ...fetched } };
};
