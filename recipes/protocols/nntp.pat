# SPDX-License-Identifier: GPL-2.0-only
# NNTP: network news.
# Spec: RFC 3977 sections 5.1 and 5.3 (greeting 200 or 201, MODE READER, CAPABILITIES), RFC 4643
# (AUTHINFO), RFC 4644 (MODE STREAM), RFC 4642 (STARTTLS).
#
# The greeting if it names the protocol or a news server, else the client's first command.
# Overlaps: none.
nntp
^20[01][ -][^\x0d\x0a]*([ \x09](nntp|nnrp|inn )|\x0d?\x0a(mode (reader|stream)|capabilities|authinfo |group |list[ \x0d]|article |newgroups |newnews |ihave |starttls\x0d|date\x0d))
