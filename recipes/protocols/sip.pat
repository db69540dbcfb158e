# SPDX-License-Identifier: GPL-2.0-only
# SIP: telephony's signalling, over UDP or TCP.
# Spec: RFC 3261 sections 7.1 and 7.2; the methods of RFC 3262, 3265, 3311, 3428, 3515, 3903, 6086.
#
# Overlaps: none. The media streams (RTP) are connections of their own.
sip
^((invite|ack|bye|cancel|register|options|prack|subscribe|notify|publish|info|refer|message|update) (sips?|tel|urn|im|pres):[^ \x0d\x0a]+ sip/2\.0\x0d?\x0a|sip/2\.0 [1-6][0-9][0-9] )
