#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The full 6.1 job, without its guest, by each builder with a store of its own: how long the kernel's compile took
# against the first builder's, and whether every artifact is the same.
#
# usage: builders.sh [BUILDER...]
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
. "$project/bench/report.sh"
[ $# -gt 0 ] || set -- host chroot podman
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$project/l7build" list >/dev/null
first=
for builder in "$@"; do
	L7BUILD_CACHE=$work/store "$project/l7build" --plain --no-verify --builder "$builder" --kernel 6.1 --out "$work/$builder" \
		>"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
	rm -rf "$work/store"
	ms=$(told "$work/$builder" "r.steps.filter(({ id }) => /^(configure|compile):linux$/.test(id)).reduce((sum, { ms }) => sum + ms, 0)")
	digests "$work/$builder" >"$work/$builder.digests"
	[ -n "$first" ] || { first=$builder; base=$ms; }
	same='every artifact the same'
	diff "$work/$first.digests" "$work/$builder.digests" >"$work/difference" || same="differs from $first: $(cat "$work/difference")"
	awk -v b="$builder" -v f="$first" -v ms="$ms" -v base="$base" -v same="$same" \
		'BEGIN { printf "%s: configure and compile %.1f s, %.3f of %s; %s\n", b, ms / 1000, ms / base, f, same }'
done
