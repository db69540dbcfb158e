// SPDX-License-Identifier: GPL-2.0-only
import XMLBuilder from 'fast-xml-builder';
import type { DiskFormat } from '../model/task.js';

export interface Domain {
  readonly name: string;
  /** Absolute path. */
  readonly disk: string;
  readonly format: DiskFormat;
}

/** Enough for the kernel, its initramfs, and conntrack's tables of a small network. */
const MEMORY_MIB = 512;

/**
 * A libvirt domain (https://libvirt.org/formatdomain.html) that boots a disk: on libvirt's default network, its
 * console on the first serial port.
 */
export function libvirtDomain({ name, disk, format }: Domain): string {
  const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true });
  return xml.build({
    domain: {
      '@type': 'kvm',
      name,
      memory: { '@unit': 'MiB', '#text': String(MEMORY_MIB) },
      vcpu: '1',
      os: { type: { '@arch': 'x86_64', '#text': 'hvm' }, boot: { '@dev': 'hd' } },
      features: { acpi: '' },
      devices: {
        disk: {
          '@type': 'file',
          '@device': 'disk',
          driver: { '@name': 'qemu', '@type': format },
          source: { '@file': disk },
          target: { '@dev': 'vda', '@bus': 'virtio' },
        },
        interface: {
          '@type': 'network',
          source: { '@network': 'default' },
          model: { '@type': 'virtio' },
        },
        serial: { '@type': 'pty' },
        console: { '@type': 'pty', target: { '@type': 'serial' } },
      },
    },
  });
}
