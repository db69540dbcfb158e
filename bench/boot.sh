# SPDX-License-Identifier: GPL-2.0-only
# Shell functions of the benchmarks that boot the kernel of a finished run themselves, on the machine that l7build chose
# and with the parameters that it gives, so that times can be compared.

. "$(dirname "${BASH_SOURCE[0]}")/report.sh"

# pack TREE: a directory as an initramfs, to standard output. Compressed: behind another one it may begin anywhere.
pack() {
	(cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1n)
}

# boot OUT ACCELERATOR INITRAMFS MEMORY SECONDS CONSOLE PARAMETER...: until the guest restarts, for so many seconds at most
boot() {
	local out=$1 accelerator=$2 initramfs=$3 memory=$4 limit=$5 console=$6 cpu=qemu64
	shift 6
	[ "$accelerator" = tcg ] || cpu=host
	timeout "$limit" qemu-system-x86_64 -nodefaults -no-user-config -display none -machine pc,usb=off -accel "$accelerator" -cpu "$cpu" \
		-m "$memory" -smp 1 -nic none -no-reboot -serial "file:$console" -kernel "$out/bzImage" -initrd "$initramfs" \
		-append "console=ttyS0 panic=-1 tsc=unstable clocksource=hpet no_timer_check mitigations=off random.trust_cpu=on
		cryptomgr.notests init_on_alloc=0 nokaslr $*"
}
