#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What layer7 rules cost in the guest of a finished run: throughput of an established http connection and new connections
# in a second, over loopback in packets of 1500 bytes and in those of 64 KiB that its driver asks for, with 0, 1, 10 and 40
# rules of layer7, and with 40 of another match that looks up conntrack too. An emulated processor's times mean nothing,
# so each is printed as a ratio to the run without rules; runs take turns, and the middle one of each kind counts.
#
# usage: rules.sh OUT [ROUNDS]
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/boot.sh"
out=$(readlink -f "$1")
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/tree"
cat >"$work/tree/bench" <<'INIT'
#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t devtmpfs dev /dev 2>/dev/null
mount -t proc proc /proc
mount -t sysfs sys /sys
modprobe -a $(cat /etc/modules) xt_conntrack
ip link set lo up
mkdir -p /srv/www
mount -t tmpfs srv /srv/www
truncate -s 1G /srv/www/big
echo small >/srv/www/small
httpd -p 127.0.0.1:8080 -h /srv/www

rules() {	# KIND COUNT
	echo '*filter'
	# Conntrack is at work in all runs, and a rule for it costs each of them the same.
	echo '-A INPUT -m conntrack --ctstate INVALID'
	set -- "$1" "$2" /etc/l7-protocols/*.pat
	kind=$1 left=$2
	shift 2
	while [ $left -gt 0 ]; do
		for file; do
			[ $left -gt 0 ] || break
			name=${file##*/}
			case $kind in
			layer7) echo "-A INPUT -m layer7 --l7proto ${name%.pat}" ;;
			other) echo "-A INPUT -m conntrack --ctstate INVALID" ;;
			esac
			left=$((left - 1))
		done
	done
	echo COMMIT
}

centiseconds() {
	read -r now rest </proc/uptime
	echo ${now%.*}${now#*.}
}

# As many bytes as come in two seconds.
throughput() {
	wget -q -O - http://127.0.0.1:8080/big 2>/dev/null | {
		head -c 300000 >/dev/null	# by now it is told
		start=$(centiseconds)
		bytes=0
		while [ $(($(centiseconds) - start)) -lt 200 ]; do
			head -c 4194304 >/dev/null
			bytes=$((bytes + 4194304))
		done
		echo $((bytes / ($(centiseconds) - start)))
	}
}

connections() {
	start=$(centiseconds)
	made=0
	while [ $made -lt 60 ]; do
		wget -q -O /dev/null http://127.0.0.1:8080/small
		made=$((made + 1))
	done
	echo $((made * 100000 / ($(centiseconds) - start)))
}

for mtu in 1500 65536; do
	ip link set lo mtu $mtu
	round=0
	while [ $round -lt $ROUNDS ]; do
		for run in layer7:0 layer7:1 layer7:10 layer7:40 other:40; do
			rules ${run%:*} ${run#*:} | iptables-legacy-restore
			echo "@ $mtu $run throughput $(throughput)"
			[ $mtu = 1500 ] || echo "@ $mtu $run connections $(connections)"
		done
		round=$((round + 1))
	done
done
reboot -f
INIT
sed -i "s/\$ROUNDS/$rounds/" "$work/tree/bench"
chmod +x "$work/tree/bench"
{ cat "$out/initramfs.cpio.gz" && pack "$work/tree"; } >"$work/initramfs"
boot "$out" "$(told "$out" r.guest.accelerator)" "$work/initramfs" 1G 1800 "$work/serial" loglevel=4 rdinit=/bench
tr -d '\r' <"$work/serial" >"$work/console"
grep -q '^@ .*connections' "$work/console" || { tail -n 30 "$work/console"; exit 1; }

sort -k2,4 -k5n <(grep '^@ ' "$work/console") | awk '
	{ key = $2 " " $4; of[key " " $3, ++count[key " " $3]] = $5; kinds[key] }
	function middle(which) { return of[which, int((count[which] + 1) / 2)] }
	END {
		runs = split("layer7:1 layer7:10 layer7:40 other:40", run, " ")
		for (key in kinds) {
			line = sprintf("mtu %s:", key)
			for (i = 1; i <= runs; i++)
				line = line sprintf("  %s %.3f", run[i], middle(key " " run[i]) / middle(key " layer7:0"))
			print line
		}
	}' | sort
