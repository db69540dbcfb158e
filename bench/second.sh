#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How soon a second configuration of a kernel starts to compile: builds 6.1 without its guest, then starts 6.1-debug, which is
# of the same tree, and ends it at its first object. Prints what happened when, in seconds after the program's start; the
# compile is to start within two.
#
# usage: second.sh
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export L7BUILD_CACHE=$work/store

"$project/l7build" --plain --no-verify --kernel 6.1 --out "$work/first" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }

mkfifo "$work/events"
start=$EPOCHREALTIME
"$project/l7build" --json --no-verify --kernel 6.1-debug --out "$work/second" >"$work/events" 2>"$work/log" &
job=$!
ended=
while IFS= read -r event; do
	now=$EPOCHREALTIME
	[ -z "$ended" ] || continue
	case $event in
	*'"run-started"'*) what='the run starts' ;;
	*'"task-started","id":"compile:linux"'*) what='the compile starts' ;;
	*'"task-progress","id":"compile:linux"'*) what='its first object' ended=yes ;;
	*'"task-finished"'*:linux\"*) what=$(sed -E 's/.*"id":"([^"]+)","outcome":"([^"]+)".*/\1: \2/' <<<"$event") ;;
	*) continue ;;
	esac
	awk -v a="$start" -v b="$now" -v what="$what" 'BEGIN { printf "%.2f s  %s\n", b - a, what }'
	[ -z "$ended" ] || kill -INT "$job"
done <"$work/events"
wait "$job" || [ -n "$ended" ] || { tail -n 40 "$work/log"; exit 1; }
