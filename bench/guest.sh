#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From QEMU's start to the verdict, as a finished run's report tells it, against the bare boot of the same kernel on the
# same machine to an init that does nothing but power off.
#
# usage: guest.sh OUT
set -euo pipefail
out=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
guest() {
	node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1])).guest[process.argv[2]]' "$out/report.json" "$1"
}
accelerator=$(guest accelerator)
cpu=qemu64
[ "$accelerator" = tcg ] || cpu=host

mkdir -p "$work/root/bin" "$work/root/dev"
cp "$(command -v busybox)" "$work/root/bin/busybox"
cat >"$work/root/init" <<'INIT'
#!/bin/busybox sh
echo init is up
/bin/busybox reboot -f
INIT
chmod +x "$work/root/init"
(cd "$work/root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1n) >"$work/bare.cpio.gz"

bare=()
for _ in 1 2 3; do
	start=$EPOCHREALTIME
	timeout 120 qemu-system-x86_64 -nodefaults -no-user-config -display none -machine pc,usb=off \
		-accel "$accelerator" -cpu "$cpu" -m 256M -smp 1 -nic none -no-reboot -serial "file:$work/console" \
		-kernel "$out/bzImage" -initrd "$work/bare.cpio.gz" -append 'console=ttyS0 loglevel=7 panic=-1 tsc=unstable
		clocksource=hpet no_timer_check mitigations=off random.trust_cpu=on cryptomgr.notests init_on_alloc=0 nokaslr'
	grep -q 'init is up' "$work/console" || { cat "$work/console"; exit 1; }
	bare+=("$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d", (b - a) * 1000 }')")
done
middle=$(printf '%s\n' "${bare[@]}" | sort -n | sed -n 2p)
awk -v v="$(guest verdictMs)" -v u="$(guest bootMs)" -v b="$middle" -v n="$(guest accelerator)" 'BEGIN {
	printf "guest (%s): verdict after %.1f s, agent up after %.1f s, bare boot %.1f s: ratios %.1f and %.2f\n",
		n, v / 1000, u / 1000, b / 1000, v / b, u / b }'
