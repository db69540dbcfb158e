// SPDX-License-Identifier: GPL-2.0-only
export { loadIptablesRecipe } from './iptables.js';
export { loadLinuxRecipe } from './linux.js';
export { listRecipes } from './list.js';
export { loadToolchain } from './toolchain.js';
