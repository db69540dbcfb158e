# SPDX-License-Identifier: GPL-2.0-only
# QUIC versions 1 and 2, late drafts of version 1, and Google's Q046 and Q050. HTTP/3 runs on it.
# Spec: RFC 9000 section 17.2.2 (Initial packet), RFC 9369 section 3.2 (version 2).
#
# Long header, type Initial, version, and a destination id of 8 to 20 bytes. The version's NULs
# are dropped, which leaves one byte of version 1.
# Overlaps: none.
quic
^([\xc0-\xcf](\x01|\xff[\x1b-\x22])|[\xd0-\xdf]k3c\xcf|[\xc0-\xff]q0(46|50))[\x08-\x14]........
