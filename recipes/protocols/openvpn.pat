# SPDX-License-Identifier: GPL-2.0-only
# OpenVPN over UDP and TCP, by the reset that opens the control channel.
# Spec: OpenVPN's "network protocol" (doxygen chapter of its source); draft-openvpn-protocol;
# OpenVPN's doc/tls-crypt-v2.txt.
#
# Opcode 7 (client) answered by opcode 8 (server), each with a session id of 8 bytes. With
# tls-crypt (and tls-crypt-v2, opcode 10) packet id 1 and the time follow the id; with tls-auth
# a digest of 20, 32 or 64 bytes comes between. Over TCP a length goes before each packet. NULs
# in ids, lengths and times are dropped, hence the optional bytes.
# Static-key mode is built to look like noise, and is not matched.
# Overlaps: none.
openvpn
^([\x0e*6v]?8.......((@..|.@.|..@)......?.?.?\x01|.?\x01[`-\x7f]|...................(.?.?\x01[`-\x7f]..?.?.?@|............(.?.?\x01[`-\x7f]..?.?.?@|.................................?.?\x01[`-\x7f]..?.?.?@)))|([\x01-\x04].?)?p........?\x0f?\x01[`-\x7f])
