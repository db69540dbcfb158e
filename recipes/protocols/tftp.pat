# SPDX-License-Identifier: GPL-2.0-only
# TFTP, the first packet: all others have ports of their own.
# Spec: RFC 1350 section 5 (RRQ and WRQ), RFC 2347 to 2349, 7440 and 2090 (options).
#
# Opcode 1 or 2, a file name, the mode; then the end, an option or the next packet's opcode. The
# NULs between the strings are dropped.
# Overlaps: none.
tftp
^[\x01\x02][ -~\x80-\xff]+(netascii|octet|mail)(blksize|timeout|tsize|windowsize|multicast|rollover|[\x03-\x06]|$)
