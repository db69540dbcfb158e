# SPDX-License-Identifier: GPL-2.0-only
# POP3: mail from a server.
# Spec: RFC 1939 sections 4 and 7, RFC 2449 (CAPA), RFC 2595 (STLS).
#
# The server's +OK, then one of: the protocol's name in the greeting, the timestamp that APOP needs,
# or a command that a client begins with.
# Overlaps: none. redis also answers +OK, but never speaks first.
pop3
^\+ok[^\x0d\x0a]*( pop3?[ \x0d]|<[!-;=?-~]+@[!-;=?-~]+>\x0d|\x0d?\x0a(user |apop |capa\x0d|auth[ \x0d]|stls\x0d|quit\x0d))
