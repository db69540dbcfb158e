// SPDX-License-Identifier: GPL-2.0-only
export { loadGuestBusybox } from './busybox.js';
export { definitionsNames, loadDefinitions } from './definitions.js';
export { exerciseNames, loadExercise, whyNot } from './exercise.js';
export { loadIptablesRecipe } from './iptables.js';
export { loadLinuxRecipe } from './linux.js';
export { loadProvider } from './provider.js';
export { changeLines, lockChanges, type LockChanges } from './lock-changes.js';
export { readLock } from './lock-file.js';
export { lockText } from './packages-lock.js';
export { listRecipes } from './list.js';
export { scenarioFile } from './scenario.js';
export { loadTopology } from './topology.js';
export { loadToolchain, toolchainNames } from './toolchain.js';
export { loadLocked, loadPinned, loadUserland } from './userland.js';
