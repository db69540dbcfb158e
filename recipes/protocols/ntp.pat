# SPDX-License-Identifier: GPL-2.0-only
# NTP and SNTP: clock synchronisation, client and server or symmetric.
# Spec: RFC 5905 section 7.3 (header), RFC 4330 (SNTP); versions 3 and 4.
#
# A request of at most 48 bytes may be nothing but its first byte once NULs are dropped, so the
# answer decides: mode 4 or 2, stratum 1 to 15, the poll exponent, and a precision between 2^-32
# and 2^-1 seconds. A client that says that its clock is not set (leap indicator 3) fills in its
# poll exponent and precision as well.
# Overlaps: none. Broadcasts and the control and private modes (6, 7) are not matched.
ntp
^([\x19\x1b!#]|[\xd9\xdb\xe1\xe3][\x01-\x10]?[\x03-\x11][\xe0-\xff]).?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?[\x1a\x1c"$d\][\x01-\x0f][\x03-\x11]?[\xe0-\xff]
