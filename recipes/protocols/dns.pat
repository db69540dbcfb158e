# SPDX-License-Identifier: GPL-2.0-only
# DNS over UDP and TCP, and what shares its format: mDNS, LLMNR, NetBIOS names.
# Spec: RFC 1035 sections 4.1 and 4.2.2; types and classes from IANA's DNS parameters.
#
# NULs are dropped, so of the header remain the id, the flags that are set and the count of
# questions (and of additional records, for EDNS). A name follows as labels with their lengths,
# then a known type and class. A query for the root's own name has no label and is not matched.
# Overlaps: none.
dns
^.?.?.?.?.?.?\x01[\x01\x02]?([\x01-?][-_a-z0-9]+)+[\x01\x02\x05\x06\x0c\x0f\x10\x1c !#+,./04@ac\xfb\xfc\xff]\x80?[\x01\x03\x04\xff]
