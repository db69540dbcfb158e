# SPDX-License-Identifier: GPL-2.0-only
# DHCP for IPv4.
# Spec: RFC 2131 section 2 (fields), RFC 2132 section 9.6 (message type).
#
# Request or reply, hardware type, address length 6; then the magic cookie 63 82 53 63 and, among
# the options, option 53 with its one byte.
# Overlaps: none. DHCPv6 is another protocol.
dhcp
^[\x01\x02][\x01\x06]\x06.*c\x82sc.*5\x01[\x01-\x12]
