#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The pattern engine against the original's method and hyperscan: time per packet of nine flows at 1, 10, 40 and all rules
# (in the order of their names, or with the flow's own first), the worst packet that a search finds, what compiling takes
# and what memory. Then the same flows in nDPI's ndpiReader, whose detection is of another kind: it has no rules.
# Wants Debian's gcc, make, pkg-config, libhyperscan-dev and libndpi-bin.
#
# usage: match.sh [DIRECTORY]        with .pat files, at any depth; this project's definitions otherwise
#   INPUTS=N   inputs of the search, 10000 otherwise
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
definitions=${1:-$project/recipes/protocols}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pkg-config --exists libhs || { echo 'missing: apt-get install libhyperscan-dev pkg-config' >&2; exit 3; }
make -s -C "$project/bench/match" OUT="$work"
mapfile -t files < <(find "$definitions" -name '*.pat' | LC_ALL=C sort)
"$work/match" "${INPUTS:-10000}" "${files[@]}"

if ! command -v ndpiReader >/dev/null; then
	echo 'no ndpiReader here: apt-get install libndpi-bin'
	exit 0
fi
flows=(http tls ssh smtp ftp dns bittorrent text random-udp)
"$work/match" capture 4000 "${flows[@]/#/$work/}" >/dev/null
printf '\n%-11s %9s  %s\n' flow 'ns/packet' 'ndpiReader (all packets of the flow, decoding and flow table included) says'
for flow in "${flows[@]}"; do
	for _ in 1 2 3 4 5; do ndpiReader -d -i "$work/$flow"; done >"$work/told"
	awk -v flow="$flow" '
		/nDPI throughput:/ { n = $3 * ($4 == "K" ? 1e3 : $4 == "M" ? 1e6 : 1); if (n > most) most = n }
		on { said = $1 }
		{ on = /Detected protocols:/ }
		END { printf "%-11s %9.0f  %s\n", flow, most ? 1e9 / most : 0, said }' "$work/told"
done
