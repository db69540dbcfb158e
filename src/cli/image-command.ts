// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { EXIT } from '../model/failure.js';
import { addMeansOptions, addRecipeOptions } from './build-options.js';
import { makeContainer } from './image/container.js';
import { makeDisk } from './image/disk.js';
import { addImageOptions, isDisk, type ImageOptions } from './image/options.js';
import type { Shell } from './shell.js';

const HELP = `
The disk boots on any machine with a BIOS, such as QEMU's, libvirt's and VirtualBox's: the kernel, iptables and
definitions that the same options build, and the rules given, which are there before the first network card is up.
Cards get their addresses by DHCP, and packets are forwarded. Root logs in at the screen or the first serial port;
nothing listens on the network. The same inputs give the same bytes.

With --userland debian root has the programs that hosts of a lab have, and with --authorized-keys a server of ssh,
whose own key is made at the first boot and kept. The disk has to be one of virtio then.

Such a disk takes a name and keys from a volume labelled cidata too, as cloud-init's data source NoCloud has it:
hostname, local-hostname, ssh_authorized_keys and public-keys. --seed writes one, and the disk is nobody's then.

--vagrant writes a box for Vagrant's provider libvirt. Without --authorized-keys the keys are Vagrant's own, which
everybody has.

--format oci makes an image of a container in place of a disk: Debian's programs, and the iptables and definitions
that were built. The kernel is the machine's; where that has the match, podman run --cap-add NET_ADMIN lets rules be
set in the container's own network.

Rules are what iptables-save prints. Rules that are refused at boot leave a machine that lets nothing in or through.

Examples:
  l7build image --kernel 6.1
  l7build image --kernel 6.1 --rules firewall.rules --format raw --out firewall.img
  l7build image --kernel 6.1 --userland debian --authorized-keys ~/.ssh/id_ed25519.pub
  l7build image --kernel 6.1 --format oci && podman load -i out/6.1.oci
  l7build image --kernel 6.1 --userland debian --vagrant && cd out/6.1.vagrant && vagrant up --provider libvirt
  l7build image --kernel 6.1 --libvirt && virsh create out/6.1.xml
  qemu-system-x86_64 -m 512 -nographic -drive file=out/6.1.qcow2,if=virtio`;

/** `l7build image` */
export function addImage(program: Command, shell: Shell): void {
  addImageOptions(addMeansOptions(addRecipeOptions(program.command('image'))))
    .description(
      'a disk that boots what is built, with rules: a firewall that tells protocols apart',
    )
    .addHelpText('after', HELP)
    .action(async (options: ImageOptions) => {
      await (isDisk(options)
        ? makeDisk(options, shell.signal)
        : makeContainer(options, shell.signal));
      shell.end(EXIT.verified);
    });
}
