#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The full 6.1 job as a person would script it: download, unpack, patch, configure, compile, pack, boot. No checks,
# no cache, no report. bench/overhead.sh measures l7build against it.
#
# usage: plain.sh EMPTY-DIRECTORY
set -eu
project=$(dirname "$(readlink -f "$0")")/..
cd "$1"
jobs=$(nproc)

# Sources, from the mirror that this machine uses, with a private apt configuration that has source packages too.
mkdir -p apt/lists/partial apt/archives/partial
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)
security=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian-Security' | head -n 1)
{
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main"
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main"
	[ -z "$security" ] ||
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $security bookworm-security main"
} >apt/sources.list
private="-q -o Dir::Etc::SourceList=$PWD/apt/sources.list -o Dir::Etc::SourceParts=- -o Dir::State::Lists=$PWD/apt/lists
	-o Dir::Cache=$PWD/apt -o APT::Sandbox::User= -o Acquire::Languages=none"
# shellcheck disable=SC2086 # a list of words
apt-get $private update
# shellcheck disable=SC2086
apt-get $private download linux-source-6.1
# shellcheck disable=SC2086
apt-get $private source --download-only iptables

# Kernel
dpkg-deb --fsys-tarfile linux-source-6.1_*.deb | tar xO ./usr/src/linux-source-6.1.tar.xz | tar xJ
mv linux-source-6.1 linux
patch -s -d linux -p1 <"$project/patches/linux/layer7/hook/6.1.patch"
cp -r "$project/patches/linux/layer7/files/." linux
(cd "$project" && sed -n 's,^ *- \(recipes/linux/fragments/.*\),\1,p' recipes/linux/6.1.yaml | xargs cat) >fragments
mkdir build
make -s -C linux O="$PWD/build" KCONFIG_ALLCONFIG="$PWD/fragments" allnoconfig
make -s -C linux O="$PWD/build" "-j$jobs" bzImage modules
make -s -C linux O="$PWD/build" INSTALL_MOD_PATH="$PWD/modules" INSTALL_MOD_STRIP=1 modules_install
make -s -C linux O="$PWD/build" INSTALL_HDR_PATH="$PWD/headers/usr" headers_install

# iptables
mkdir iptables iptables/build
tar xf iptables_1.8.9.orig.tar.xz -C iptables --strip-components=1
cp -r "$project/patches/iptables/layer7/files/." iptables
cp "$project/patches/linux/layer7/files/include/uapi/linux/netfilter/xt_layer7.h" iptables/include/linux/netfilter
(
	cd iptables/build
	../configure -q --prefix=/usr --sysconfdir=/etc --with-xtlibdir=/usr/lib/xtables --disable-static \
		--disable-devel --disable-libipq --disable-bpf-compiler --disable-nfsynproxy --disable-connlabel
	make -s "-j$jobs"
	make -s DESTDIR="$OLDPWD/root" install
)

# Archives
mkdir -p protocols/etc/l7-protocols
cp "$project"/recipes/protocols/*.pat protocols/etc/l7-protocols
for archive in modules headers root protocols; do
	tar -cf "$archive.tar.zst" --zstd -C "$archive" .
done

# Guest: busybox, iptables with its libraries, all modules; the init tells that it is up and powers off.
mkdir -p guest/bin guest/etc guest/lib guest/proc guest/sys guest/dev guest/run
cp -a root/usr guest
cp -a modules/lib/modules guest/lib
cp -a protocols/etc/l7-protocols guest/etc
cp "$(command -v busybox)" guest/bin/busybox
for applet in $(busybox --list | grep -vx busybox); do
	ln -s busybox "guest/bin/$applet"
done
LD_LIBRARY_PATH=$PWD/root/usr/lib ldd root/usr/sbin/xtables-nft-multi | sed -n 's,.*[[:space:]]\(/[^ ]*\) (.*,\1,p' |
	grep -v "^$PWD/root" | while read -r library; do
	cp --parents -L "$library" guest
done
cat >guest/init <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
ip link set lo up
for m in nf_conntrack ip_tables iptable_filter ip6_tables ip6table_filter nf_tables nft_compat xt_tcpudp xt_layer7; do
	modprobe "$m"
done
for tool in iptables-legacy iptables-nft; do
	"/usr/sbin/$tool" -A INPUT -m layer7 --l7proto http && "/usr/sbin/$tool" -L INPUT -nv && echo "$tool: up and running"
done
reboot -f
INIT
chmod +x guest/init
(cd guest && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -n >../initramfs.cpio.gz)
timeout 60 qemu-system-x86_64 -accel tcg -m 512 -smp 2 -nodefaults -no-reboot -display none -serial stdio \
	-kernel build/arch/x86/boot/bzImage -initrd initramfs.cpio.gz \
	-append 'console=ttyS0 panic=-1 tsc=unstable clocksource=hpet no_timer_check' | tee console.log
[ "$(grep -c 'up and running' console.log)" = 2 ]
