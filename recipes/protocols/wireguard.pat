# SPDX-License-Identifier: GPL-2.0-only
# WireGuard, by the handshake.
# Spec: Donenfeld, "WireGuard: Next Generation Kernel Network Tunnel" (2020), section 5.4.
#
# Initiation (148 bytes) and response (92) are encrypted but for their type and length. NULs are
# dropped: the three reserved bytes, the 16 of an absent cookie, and a few by chance. So: type 1,
# type 2 after 124 to 128 bytes, and after about 72 more the second packet ends.
# A handshake whose first packet is repeated or answered with a cookie is not matched.
# Overlaps: none.
wireguard
^\x01............................................................................................................................(\x02....|.\x02...|..\x02..|...\x02.|....\x02).................................................................?.?.?.?.?.?.?.?$
