# SPDX-License-Identifier: GPL-2.0-only
# STUN and TURN: NAT traversal, at the start of most WebRTC calls.
# Spec: RFC 8489 section 5 (magic cookie 0x2112A442), RFC 8656 (TURN's methods), RFC 4571
# (the length before it over TCP).
#
# Message type and length, of which NULs are dropped, then the cookie. The classic form without
# a cookie (RFC 3489) is not matched.
# Overlaps: none. What follows on the same ports (DTLS, RTP) counts as stun.
stun
^.?.?[\x01-\x17].?.?.?!\x12\xa4b
