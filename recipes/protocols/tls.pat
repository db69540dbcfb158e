# SPDX-License-Identifier: GPL-2.0-only
# TLS 1.0 to 1.3, whatever it carries.
# Spec: RFC 8446 sections 4.1.2, 4.1.3 and 5.1; RFC 5246 sections 6.2.1 and 7.4.1.
#
# The record header (handshake, version 3.x) and the client's or server's hello with its version.
# The record may say 3.0 (RFC 5246 appendix E.1) and the lengths may hold NULs, hence the optional
# bytes.
# Overlaps: ssl matches all that this does. xunlei and kugoo look for a server name in the hello.
tls
^\x16\x03[\x01-\x04]?.?.?[\x01\x02].?.?.?\x03[\x01-\x03]
