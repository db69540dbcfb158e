#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each target of this folder for some time, from the corpus that is kept here. An input that stops
# one is left in test/fuzz/found; a corpus grows by what reaches more of the code (KEEP=1 merges it into the kept one).
#
# usage: fuzz.sh [SECONDS [TARGET...]]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- pattern set frame
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make -s -C "$here" "OUT=$work" "${@/#/$work/}"
mkdir -p "$here/found"
for target in "$@"; do
	kept=$here/corpus/$target.hex
	mkdir -p "$work/grown/$target"
	node "$here/corpus.mjs" unpack "$kept" "$work/kept/$target"
	"$work/$target" -max_total_time="$seconds" -max_len=2048 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix="$here/found/$target-" \
		"$work/grown/$target" "$work/kept/$target" 2>&1 |
		sed -n "s/^stat::number_of_executed_units: */$target: runs /p; /^==\|^SUMMARY\|ERROR/p"
	[ -n "${KEEP:-}" ] || continue
	"$work/$target" -merge=1 -max_len=512 -verbosity=0 "$work/kept/$target" "$work/grown/$target" 2>/dev/null
	node "$here/corpus.mjs" pack "$work/kept/$target" "$kept"
done
rmdir --ignore-fail-on-non-empty "$here/found"
