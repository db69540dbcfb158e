# SPDX-License-Identifier: GPL-2.0-only
# Telnet, by the option negotiation that opens nearly every session.
# Spec: RFC 854 (IAC 255, WILL 251 to DONT 254, SB 250); option numbers from IANA.
#
# Two negotiations in a row. Option 0 (binary) is a NUL and so not to be seen. A session without
# negotiation is plain text and not matched.
# Overlaps: none.
telnet
^\xff[\xfb-\xfe][\x01-1\x8a-\x8c]?\xff[\xfa-\xfe]
