#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The compile of the full 6.1 job, from nothing, with an empty ccache and again with what it kept: configuration, work tree and
# objects are removed in between. Prints both times, what ccache had, and their ratio, which is to be 4 or more; and whether
# every artifact is the same, without ccache too.
#
# usage: ccache.sh [BUILDER]
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
. "$project/bench/report.sh"
builder=${1:-host}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export L7BUILD_CACHE=$work/store

# forget STEP...: their entries, and the work trees
forget() {
	local step manifest
	for manifest in "$L7BUILD_CACHE"/entries/*/manifest.json; do
		for step in "$@"; do
			! grep -qs "\"task\": \"$step\"" "$manifest" || rm -rf "${manifest%/manifest.json}"
		done
	done
	rm -rf "$L7BUILD_CACHE/work"
}

# run NAME WORD...: the job without its guest; prints seconds of the kernel's compile
run() {
	local name=$1
	shift
	"$project/l7build" --plain --no-verify --builder "$builder" --kernel 6.1 --out "$work/$name" "$@" >"$work/log" 2>&1 ||
		{ tail -n 40 "$work/log" >&2; exit 1; }
	digests "$work/$name" >"$work/$name.digests"
	told "$work/$name" "(r.steps.find(({ id }) => id === 'compile:linux').ms / 1000).toFixed(1)"
}

# summary NAME: what ccache had, and the whole job
summary() {
	told "$work/$1" "const [c] = r.ccache ?? []; const s = (Date.parse(r.ended) - Date.parse(r.started)) / 1000;
		(!c ? 'no ccache' : c.off ?? c.hits + ' of ' + (c.hits + c.misses) + ' objects from ccache') + '; the whole job ' + s.toFixed(1) + ' s'"
}

"$project/l7build" list >/dev/null
without=$(run without)
echo "without ccache, and with all that is made beside: $without s; $(summary without)"
forget configure:linux compile:linux
empty=$(run empty --ccache)
echo "empty ccache: $empty s; $(summary empty)"
forget configure:linux compile:linux
full=$(run full --ccache)
echo "full ccache: $full s; $(summary full); it takes $(du -sh "$L7BUILD_CACHE/ccache" | cut -f 1)"
awk -v a="$empty" -v b="$full" 'BEGIN { printf "%.2f times as fast\n", a / b }'
for name in empty full; do
	diff "$work/without.digests" "$work/$name.digests" || { echo "$name ccache: other artifacts than without"; exit 1; }
done
echo "every artifact the same"
