#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Turns a Debian image into a toolchain: exactly the packages of the repository beside this script, in
# their versions, and no others. The network is not used.
# Usage: install.sh SUITE COMPILER
set -eu
suite=$1 compiler=$2
here=$(dirname "$0")
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1700000000
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# No service is started here (invoke-rc.d(8)).
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

# The only source that apt knows is the repository; the image's own are for later use.
private=$(mktemp -d)
echo "deb [trusted=yes] copy:$here/repository $suite main" > "$private/sources.list"
apt() {
  apt-get --option "Dir::Etc::sourcelist=$private/sources.list" --option Dir::Etc::sourceparts=- \
    --option "Dir::State::lists=$private/lists" --option APT::Sandbox::User=root \
    --option Acquire::Languages=none --quiet --yes "$@"
}
mkdir -p "$private/lists/partial"
apt update
# shellcheck disable=SC2046
apt --no-install-recommends --allow-downgrades --allow-change-held-packages \
  install $(sed 's/ /=/' "$here/packages")

# What the image has besides: apt and what only it needs, and what images have for people.
surplus=$(dpkg-query --show --showformat '${Package}\n' | sort > "$private/installed"
  cut -d ' ' -f 1 "$here/packages" | sort | comm -13 - "$private/installed")
# shellcheck disable=SC2086
test -z "$surplus" || dpkg --purge --force-remove-essential --force-remove-protected $surplus

for name in gcc cc; do
  ln -s "/usr/bin/$compiler" "/usr/local/bin/$name"
done
for tool in gcc ld make bison flex perl; do
  { "$tool" --version 2> /dev/null || echo -; } | sed -n '/./{p;q}'
done > /etc/l7build-toolchain
rm -rf "$private" /usr/sbin/policy-rc.d /var/cache/ldconfig /var/cache/apt /var/lib/apt/lists
find /var/log -type f -delete
