#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The full 6.1 job, killed (SIGKILL to its whole process group) at random moments and started again each time. It has to
# end verified, with the artifacts of an undisturbed run.
#
# usage: kill.sh [KILLS [SEED [OUT]]]    OUT: of an undisturbed run, which is made otherwise
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/..
kills=${1:-10}
RANDOM=${2:-1}
whole=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -m # each job a process group of its own

run() { # STORE OUT
	L7BUILD_CACHE=$1 "$project/l7build" --plain --kernel 6.1 --out "$2"
}

digests() { # OUT
	node -e '
		const { artifacts } = JSON.parse(require("node:fs").readFileSync(process.argv[1]));
		for (const { name, sha256 } of artifacts) console.log(sha256, name);
	' "$1/report.json" | sort
}

"$project/l7build" list >/dev/null
for kill in $(seq "$kills"); do
	pause=$((RANDOM % 60 + 1))
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
pgrep -af "$work" && { echo 'processes were left behind'; exit 1; }
exit 0
