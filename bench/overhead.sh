#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The full 6.1 job cold, with l7build and with a plain script, in turn. Prints both times and their ratio per round, and
# then how long the guest takes to its verdict, against the bare boot of the same kernel to init.
#
# usage: overhead.sh [ROUNDS]
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
rounds=${1:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

seconds() {
	local start=$EPOCHREALTIME
	"$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

for round in $(seq "$rounds"); do
	mkdir "$work/plain" "$work/l7build"
	plain=$(seconds bash "$project/bench/plain.sh" "$work/plain")
	rm -rf "$work/plain"
	ours=$(L7BUILD_CACHE=$work/l7build/cache seconds "$project/l7build" --plain --kernel 6.1 --out "$work/l7build/out")
	rm -rf "$work/l7build/cache" "$work/out"
	mv "$work/l7build/out" "$work/out"
	rm -rf "$work/l7build"
	awk -v n="$round" -v a="$ours" -v b="$plain" \
		'BEGIN { printf "round %d: l7build %.1f s, plain script %.1f s, ratio %.3f\n", n, a, b, a / b }'
done
"$project/bench/guest.sh" "$work/out"
