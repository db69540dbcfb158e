#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The 6.1 job, killed (SIGKILL to its whole process group) at random moments and started again each time. It has to end
# verified, with the artifacts of an undisturbed run, and without a process, mount, container or control group that is left.
#
# usage: kill.sh [KILLS [SEED [OUT [WORD...]]]]
#	OUT	of an undisturbed run, or '' to make one
#	WORD	for every run, such as --builder podman --mode module
#	LONGEST	in the environment: seconds that a run gets at most before it is killed. Default: 60
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
. "$project/bench/report.sh"
kills=${1:-10}
RANDOM=${2:-1}
whole=${3:-}
words=("${@:4}")
longest=${LONGEST:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -m # each job a process group of its own

run() { # STORE OUT
	L7BUILD_CACHE=$1 "$project/l7build" --plain --kernel 6.1 --out "$2" "${words[@]}"
}

"$project/l7build" list >/dev/null
for kill in $(seq "$kills"); do
	pause=$((RANDOM % longest + 1))
	run "$work/killed" "$work/killed-out" >"$work/log" 2>&1 &
	job=$!
	sleep "$pause"
	kill -KILL -- "-$job" 2>/dev/null || true
	wait "$job" 2>/dev/null || true
	step=$(grep '^start' "$work/log" | tail -n 1 || true)
	echo "kill $kill after $pause s, last started: ${step#start }"
done
run "$work/killed" "$work/killed-out" | tail -n 2
if [ -z "$whole" ]; then
	whole=$work/whole-out
	run "$work/whole" "$whole" | tail -n 2
fi
diff <(digests "$work/killed-out") <(digests "$whole")
echo "ended verified after $kills kills, every artifact the same as of an undisturbed run"

left() { # what would be there of a killed run
	pgrep -af "$work" || true
	grep -F "$work" /proc/self/mountinfo || true
	find /sys/fs/cgroup -type d -name 'l7build*' 2>/dev/null || true
	for engine in podman docker; do
		command -v "$engine" >/dev/null || continue
		# An engine that does not answer has none.
		"$engine" ps --all --filter label=l7build.container 2>/dev/null | tail -n +2 || true
		"$engine" images --filter dangling=true --filter label=l7build.toolchain 2>/dev/null | tail -n +2 || true
	done
}
found=$(left)
[ -z "$found" ] || { printf '%s\n' 'left behind:' "$found"; exit 1; }
