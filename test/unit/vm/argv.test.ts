// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  bootSectorArgv,
  guestArgv,
  hubArgv,
  socketOf,
  type GuestSpec,
} from '../../../src/vm/argv.js';

const SPEC: GuestSpec = {
  kernel: '/k/bzImage',
  initrd: '/i/initramfs.cpio.gz',
  accelerator: 'tcg',
  memoryMiB: 256,
  cpus: 1,
  panicNow: '-1',
  ports: '/s/ports',
  consoleLog: '/l/verify.log',
};

/** The values that follow an option. */
function after(argv: readonly string[], option: string): string[] {
  return argv.flatMap((word, index) => (argv[index - 1] === option ? [word] : []));
}

describe('guestArgv', () => {
  it('gives the console as ttyS0 and the agent as ttyS1, and copies the console to the log', () => {
    const argv = guestArgv(SPEC);
    expect(after(argv, '-serial')).toEqual(['chardev:console', 'chardev:agent']);
    expect(after(argv, '-chardev')).toEqual([
      'pipe,id=console,path=/s/ports/console,logfile=/l/verify.log,logappend=on',
      'pipe,id=agent,path=/s/ports/agent',
    ]);
  });

  it('gives no device and no network that nobody asked for, and ends at a restart', () => {
    const argv = guestArgv(SPEC);
    expect(argv).toEqual(expect.arrayContaining(['-nodefaults', '-no-user-config', '-no-reboot']));
    expect(after(argv, '-nic')).toEqual(['none']);
    expect(argv.filter((word) => word === '-device' || word === '-netdev')).toEqual([]);
  });

  it('shares directories, read-only unless asked for, and gives a port for output', () => {
    const argv = guestArgv({
      ...SPEC,
      output: true,
      shares: [
        { tag: 'root', path: '/r', writable: false },
        { tag: 'work', path: '/a,b', writable: true },
      ],
    });
    expect(after(argv, '-virtfs')).toEqual([
      'local,path=/r,mount_tag=root,security_model=none,multidevs=remap,readonly=on',
      'local,path=/a,,b,mount_tag=work,security_model=none,multidevs=remap',
    ]);
    expect(after(argv, '-chardev')[0]).toBe('pipe,id=output,path=/s/ports/output');
    expect(after(argv, '-device')).toContain('virtserialport,chardev=output');
  });

  it('has the port for output at the first device of virtio, whose number is in the name of it', () => {
    const nics = [{ mac: '52:54:00:00:00:01', socket: 'link.host' }];
    const argv = guestArgv({ ...SPEC, output: true, disks: ['/d'], nics });
    expect(after(argv, '-device')[0]).toBe('virtio-serial-pci,max_ports=2');
  });

  it('gives disks that are only read, in order', () => {
    const argv = guestArgv({ ...SPEC, disks: ['/s/root.squashfs', '/a,b'] });
    expect(after(argv, '-drive')).toEqual([
      'id=disk0,if=none,format=raw,readonly=on,file=/s/root.squashfs',
      'id=disk1,if=none,format=raw,readonly=on,file=/a,,b',
    ]);
    expect(after(argv, '-device')).toEqual([
      'virtio-blk-pci,drive=disk0',
      'virtio-blk-pci,drive=disk1',
    ]);
  });

  it('plugs cards in, in order, at sockets where QEMU is started', () => {
    const argv = guestArgv({
      ...SPEC,
      nics: [
        { mac: '02:00:0a:00:00:01', socket: socketOf('lan', 'gate') },
        { mac: '02:00:0a:00:01:01', socket: 'a,b' },
      ],
    });
    expect(after(argv, '-netdev')).toEqual([
      'stream,id=net0,addr.type=unix,addr.path=lan.gate',
      'stream,id=net1,addr.type=unix,addr.path=a,,b',
    ]);
    expect(after(argv, '-device')).toEqual([
      'virtio-net-pci,netdev=net0,mac=02:00:0a:00:00:01,romfile=',
      'virtio-net-pci,netdev=net1,mac=02:00:0a:00:01:01,romfile=',
    ]);
    expect(argv).not.toContain('-nic');
  });

  it('takes the cards that an old kernel has a driver for', () => {
    const nics = [{ mac: '02:00:0a:00:00:01', socket: socketOf('lan', 'gate') }];
    expect(after(guestArgv({ ...SPEC, nics, card: 'e1000' }), '-device')).toEqual([
      'e1000,netdev=net0,mac=02:00:0a:00:00:01,romfile=',
    ]);
  });

  it('has memory in a file and a monitor where it is saved, and writes to no file where it goes on', () => {
    const files = { memory: '/s,t/a.memory', devices: '/s/a.devices', console: '/s/a.console' };
    const state = { to: 'save', workplace: '/dev/shm', ...files } as const;
    const saved = guestArgv({ ...SPEC, state }, '/proc/1/fd/9');
    const resumed = guestArgv({ ...SPEC, state: { ...state, to: 'resume' } });
    const backend = 'memory-backend-file,id=memory,size=256M,mem-path=';
    expect(after(saved, '-object')).toEqual([`${backend}/proc/1/fd/9,share=on`]);
    expect(after(resumed, '-object')).toEqual([`${backend}/s,,t/a.memory,share=off`]);
    for (const argv of [saved, resumed]) {
      expect(after(argv, '-machine')).toEqual(['pc,usb=off,memory-backend=memory']);
      expect(after(argv, '-chardev')).toContain('pipe,id=monitor,path=/s/ports/monitor');
      expect(after(argv, '-mon')).toEqual(['chardev=monitor,mode=control']);
    }
    expect(after(resumed, '-incoming')).toEqual(['defer']);
    expect(saved).not.toContain('-incoming');
    expect(guestArgv(SPEC)).not.toContain('-mon');
    const stays = guestArgv({ ...SPEC, state: { to: 'stay' } });
    const whole = { whole: '/s/a.state', console: '/s/a.console' };
    const returns = guestArgv({ ...SPEC, state: { to: 'return', ...whole } });
    for (const argv of [stays, returns]) {
      expect(after(argv, '-object')).toEqual(['memory-backend-ram,id=memory,size=256M']);
      expect(after(argv, '-machine')).toEqual(['pc,usb=off,memory-backend=memory']);
      expect(after(argv, '-mon')).toEqual(['chardev=monitor,mode=control']);
    }
    expect(stays).not.toContain('-incoming');
    expect(after(returns, '-incoming')).toEqual(['defer']);
  });

  it('keeps the clock off the TSC, restarts at a panic, and shows warnings', () => {
    const [line = ''] = after(
      guestArgv({ ...SPEC, panicNow: '1', parameters: ['quiet'] }),
      '-append',
    );
    const words = line.split(' ');
    expect(words).toEqual(
      expect.arrayContaining([
        'console=ttyS0',
        'tsc=unstable',
        'clocksource=hpet',
        'no_timer_check',
      ]),
    );
    expect(words).toContain('panic=1');
    expect(words).toContain('loglevel=7');
    expect(words.at(-1)).toBe('quiet');
  });

  it('shows the host processor under KVM only', () => {
    expect(after(guestArgv(SPEC), '-cpu')).toEqual(['qemu64']);
    expect(after(guestArgv({ ...SPEC, accelerator: 'kvm' }), '-cpu')).toEqual(['host']);
  });

  it('writes a comma in a path twice, since QEMU ends a value at one', () => {
    const argv = guestArgv({ ...SPEC, ports: '/a,b', consoleLog: '/c,d' });
    expect(after(argv, '-chardev')[0]).toContain('path=/a,,b/console,logfile=/c,,d');
  });
});

describe('hubArgv', () => {
  it('has a port for each host of a link and one for captures, and no machine', () => {
    const argv = hubArgv({ links: { lan: ['a'], far: ['a', 'b'] }, monitor: '/l/monitor' });
    expect(after(argv, '-machine')).toEqual(['none']);
    expect(after(argv, '-chardev')).toEqual(['pipe,id=monitor,path=/l/monitor']);
    const ports = ['lan', 'lan.a', 'far', 'far.a', 'far.b'];
    expect(after(argv, '-netdev')).toEqual(
      ports.flatMap((port) => [
        `stream,id=${port},server=on,addr.type=unix,addr.path=${port}`,
        `hubport,id=${port}.port,hubid=${port.startsWith('lan') ? '0' : '1'},netdev=${port}`,
      ]),
    );
    const sockets = { a: socketOf('lan', 'a'), b: socketOf('far', 'b') };
    expect(sockets).toEqual({ a: 'lan.a', b: 'far.b' });
  });
});

describe('bootSectorArgv', () => {
  it('boots a raw image that is never written to, with a way to end QEMU', () => {
    const argv = bootSectorArgv('/t/x,y', 'kvm');
    expect(after(argv, '-drive')).toEqual([
      'file=/t/x,,y,format=raw,if=ide,readonly=off,snapshot=on',
    ]);
    expect(after(argv, '-device')).toEqual(['isa-debug-exit,iobase=0xf4,iosize=0x04']);
    expect(after(argv, '-accel')).toEqual(['kvm']);
  });
});
