// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { exec } from '../host/exec.js';
import { temporaryName } from '../host/files.js';
import { tarArgv } from './tarball.js';

/**
 * The public halves of the key pairs that Vagrant brings for the first login to any box
 * (https://github.com/hashicorp/vagrant/tree/main/keys). Everybody has the private ones.
 */
export const INSECURE_KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y vagrant',
  'ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ== vagrant',
  '',
].join('\n');

const GIB = 1024 ** 3;

/**
 * What holds of a machine of the box, where a Vagrantfile of the user's does not say otherwise. Root logs in itself,
 * since there is no sudo, and has no rsync; a key that Vagrant puts in place of the first would be gone after a boot.
 */
const DEFAULTS = `# The defaults of this box
Vagrant.configure("2") do |config|
  config.ssh.username = "root"
  config.ssh.sudo_command = "%c"
  config.ssh.insert_key = false
  config.vm.guest = :linux
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.provider :libvirt do |libvirt|
    libvirt.memory = 512
    libvirt.cpus = 1
    libvirt.disk_bus = "virtio"
    libvirt.nic_model_type = "virtio"
  end
end
`;

/**
 * Writes a box for Vagrant's provider libvirt (https://developer.hashicorp.com/vagrant/docs/boxes/format and the
 * example_box of vagrant-libvirt): metadata.json, Vagrantfile and the disk as box.img. The same disk gives the same
 * bytes.
 *
 * @param disk path of a qcow2
 * @param to the box, replaced whole
 * @throws Failed what qemu-img, tar and gzip complain of; `no-space`, `interrupted`; system errors
 */
export async function writeBox(disk: string, to: string, signal: AbortSignal): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'l7build-box-'));
  const made = temporaryName(to);
  try {
    const about = await exec(['qemu-img', 'info', '--output=json', disk], { signal });
    const { 'virtual-size': bytes } = JSON.parse(about.stdout) as {
      readonly 'virtual-size': number;
    };
    const metadata = { provider: 'libvirt', format: 'qcow2', virtual_size: Math.ceil(bytes / GIB) };
    await writeFile(join(scratch, 'metadata.json'), `${JSON.stringify(metadata)}\n`);
    await writeFile(join(scratch, 'Vagrantfile'), DEFAULTS);
    await symlink(resolve(disk), join(scratch, 'box.img'));
    await exec(
      [
        ...tarArgv(scratch),
        // The disk is packed already: more effort saves nothing.
        ...['--dereference', '--file', made, '--use-compress-program=gzip -n -1'],
        ...['metadata.json', 'Vagrantfile', 'box.img'],
      ],
      { cwd: dirname(to), signal },
    );
    await rename(made, to);
  } finally {
    await rm(made, { force: true });
    await rm(scratch, { recursive: true });
  }
}

/** A Vagrantfile for a machine of a box that lies beside it. @param name what Vagrant calls the box */
export function vagrantfile(name: string, box: string): string {
  return `# vagrant up --provider libvirt
Vagrant.configure("2") do |config|
  config.vm.box = ${ruby(name)}
  config.vm.box_url = "file://" + File.expand_path(${ruby(box)}, __dir__)
end
`;
}

/** A string of Ruby in which nothing is replaced. */
function ruby(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
