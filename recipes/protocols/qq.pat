# SPDX-License-Identifier: GPL-2.0-only
# QQ (OICQ), Tencent's instant messenger: the binary protocol of its desktop clients.
# Spec: none published; the packet layout is documented by Wireshark's OICQ dissector and by
# libpurple's and LumaQQ's sources.
#
# Byte 2, the client's version, a command, a sequence number, the user's number, an encrypted body,
# byte 3 at the packet's end. Over TCP a length goes before it. The mobile clients are not matched.
# Overlaps: none.
qq
^.?.?\x02[\x06-7].?(\x08[\x10-?]|[\x01\x02\x04-\x06\x09-\x0b\x0d\x12\x16\x17\x1c\x1d!"&')0x\x91b\x80\x81\xba\xcd\xce\xdd\xe5]).....?.?.*\x03$
