#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From QEMU's start to the verdict, as a finished run's report tells it, against the bare boot of the same kernel on the
# same machine to an init that does nothing but power off.
#
# usage: guest.sh OUT
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/boot.sh"
out=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/tree/bin" "$work/tree/dev"
cp "$(command -v busybox)" "$work/tree/bin/busybox"
cat >"$work/tree/init" <<'INIT'
#!/bin/busybox sh
echo init is up
/bin/busybox reboot -f
INIT
chmod +x "$work/tree/init"
pack "$work/tree" >"$work/bare.cpio.gz"

accelerator=$(told "$out" r.guest.accelerator)
bare=()
for _ in 1 2 3; do
	start=$EPOCHREALTIME
	boot "$out" "$accelerator" "$work/bare.cpio.gz" 256M 120 "$work/console" loglevel=7
	grep -q 'init is up' "$work/console" || { cat "$work/console"; exit 1; }
	bare+=("$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d", (b - a) * 1000 }')")
done
middle=$(printf '%s\n' "${bare[@]}" | sort -n | sed -n 2p)
awk -v v="$(told "$out" r.guest.verdictMs)" -v u="$(told "$out" r.guest.bootMs)" -v b="$middle" -v n="$accelerator" 'BEGIN {
	printf "guest (%s): verdict after %.1f s, agent up after %.1f s, bare boot %.1f s: ratios %.1f and %.2f\n",
		n, v / 1000, u / 1000, b / 1000, v / b, u / b }'
