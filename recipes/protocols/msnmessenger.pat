# SPDX-License-Identifier: GPL-2.0-only
# MSN Messenger: notification server, switchboard, file transfer, and its HTTP gateway.
# Spec: draft-movva-msn-messenger-protocol-00 sections 7 and 8 (VER, USR, ANS); the gateway's form
# as documented by libpurple's source.
#
# Overlaps: the gateway is http as well.
msnmessenger
^(ver ([0-9]+ msnp[1-9]|msnftp\x0d)|(usr|ans) [0-9]+ [^ \x0d\x0a]+@[^ \x0d\x0a]+ [0-9]+\.[0-9.]+[ \x0d]|post [^ \x0d\x0a]*/gateway\.dll\?action=open&server=(ns|sb)&ip=)
