#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The match's C files as netfilter's reviewers look at them: compiled with W=1 by each gcc and by clang, checked by sparse
# and by the tree's own checkpatch. A warning in one of them is a fault.
#
# usage: lint-match.sh [KERNEL...]    of 5.10 6.1 6.12 7.2; all by default
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
[ $# -gt 0 ] || set -- 5.10 6.1 6.12 7.2
folder=net/netfilter/layer7
faults=0

# at KERNEL TITLE OPTION... -- COMMAND...: where that kernel compiles
at() {
	local kernel=$1 title=$2 options=() found
	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	found=$("$project/l7build" shell --kernel "$kernel" --step compile:linux "${options[@]}" "$@" 2>&1) || {
		printf '%s: %s: failed\n%s\n' "$kernel" "$title" "$(tail -n 20 <<<"$found")"
		faults=$((faults + 1))
		return
	}
	complaint='layer7.*(warning|error|WARNING|ERROR|CHECK):'
	count=$(grep -cE "$complaint" <<<"$found") || true
	files=$(grep -cE "^  (CC|CHECK) .*$folder/|^$folder.*has no obvious style problems" <<<"$found") || true
	echo "$kernel: $title: $count complaints, $files files looked at"
	[ "$count" = 0 ] || grep -E -A 3 "$complaint" <<<"$found"
	[ "$files" != 0 ] || faults=$((faults + 1))
	faults=$((faults + count))
}

# What W=1 asks of kernel-doc takes python in 7.2, and the toolchains have none; older trees' takes perl.
gcc() { # KERNEL TOOLCHAIN
	at "$1" "W=1, $2" --builder chroot --toolchain "$2" -- make W=1 PYTHON3=true "$folder/xt_layer7.o"
}

"$project/l7build" list >/dev/null
for kernel; do
	case $kernel in
	5.10) gcc 5.10 bullseye-gcc-10 ;;
	6.1)
		gcc 6.1 bookworm-gcc-11
		gcc 6.1 bookworm-gcc-12
		at 6.1 'W=1, clang' --builder host -- make CC=clang W=1 "$folder/xt_layer7.o"
		at 6.1 sparse --builder host -- make C=2 "$folder/xt_layer7.o"
		;;
	6.12)
		gcc 6.12 trixie-gcc-13
		gcc 6.12 trixie-gcc-14
		;;
	7.2)
		gcc 7.2 forky-gcc-15
		gcc 7.2 forky-gcc-16
		# The one header that may know versions is what the ignored types are about.
		at 7.2 checkpatch --builder chroot --toolchain forky-gcc-16 -- sh -c "cd source && perl scripts/checkpatch.pl \
			--no-tree --strict --ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON -f $folder/*.[ch] \
			include/uapi/linux/netfilter/xt_layer7.h; [ \$? -le 1 ]"
		;;
	*) echo "no toolchain is known here for Linux $kernel" >&2; exit 2 ;;
	esac
done
[ $faults = 0 ]
