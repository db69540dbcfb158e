# SPDX-License-Identifier: GPL-2.0-only
# The family under the name that rules written for l7-filter use: SSL 2.0, SSL 3.0 and TLS.
# Spec: RFC 6101 sections 5.2.1 and 5.6.1 (SSL 3.0) and appendix E (the SSL 2.0 hello), RFC 8446.
#
# Either a version 3 handshake record with a hello, or the SSL 2.0 client hello: two bytes of
# length with the top bit set, type 1, version, length of the cipher list, a challenge of 16 or 32.
# Overlaps: tls is the part of this that has not been broken.
ssl
^(\x16\x03[\x01-\x04]?.?.?[\x01\x02].?.?.?\x03|[\x80-\x8f].\x01(\x02|\x03[\x01-\x03]?)[\x03-\x7e][\x10\x20])
