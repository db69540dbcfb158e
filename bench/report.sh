# SPDX-License-Identifier: GPL-2.0-only
# What the benchmarks read in a build's report; sourced by them.

# told OUT EXPRESSION: what JavaScript makes of the report r in the folder OUT
told() {
	node -p "const r = JSON.parse(require('node:fs').readFileSync(process.argv[1])); $2" "$1/report.json"
}

# digests OUT: of all artifacts, a line each
digests() {
	told "$1" "r.artifacts.map(({ name, sha256 }) => sha256 + ' ' + name).sort().join('\\n')"
}
