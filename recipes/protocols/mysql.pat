# SPDX-License-Identifier: GPL-2.0-only
# MySQL and MariaDB, by the server's greeting.
# Spec: MySQL internals, "Protocol::HandshakeV10"; MariaDB knowledge base, "Connection".
#
# The packet's length, sequence 0, protocol 10, the version as text; then the server's capabilities
# or, from 5.5 on, the name of an authentication plug-in. MariaDB puts 5.5.5- before its version.
# Overlaps: none.
mysql
^..?\x0a[1-9][0-9]*\.[0-9]+\.[0-9]+.*(\xff[\xf7\xff]|,\xa2|mysql_native_password|caching_sha2_password|sha256_password)
