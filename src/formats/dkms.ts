// SPDX-License-Identifier: GPL-2.0-only
import type { DkmsPackage } from '../model/task.js';

/** The module, and the folder of its sources in the package, as in a kernel tree. */
const MODULE = 'xt_layer7';
const FOLDER = 'net/netfilter/layer7';

/**
 * dkms.conf(5) of the match: what DKMS compiles for each kernel of a machine, and where it goes. Names
 * in ${} are DKMS's own, which it sets before it reads the file as shell; the directives are those of
 * DKMS 2.8 (Debian 11) and later.
 */
export function dkmsConf({ name, version }: DkmsPackage): string {
  const make = `make -C \${kernel_source_dir} M=\${dkms_tree}/${name}/${version}/build/${FOLDER}`;
  return `# SPDX-License-Identifier: GPL-2.0-only
PACKAGE_NAME="${name}"
PACKAGE_VERSION="${version}"
BUILT_MODULE_NAME[0]="${MODULE}"
BUILT_MODULE_LOCATION[0]="${FOLDER}"
DEST_MODULE_LOCATION[0]="/updates/dkms"
MAKE[0]="${make} CONFIG_NETFILTER_XT_MATCH_LAYER7=m modules"
CLEAN="${make} clean"
AUTOINSTALL="yes"
# The match needs what 5.10 brought.
BUILD_EXCLUSIVE_KERNEL="^(5\\.[1-9][0-9]|[6-9]|[1-9][0-9])\\."
`;
}
