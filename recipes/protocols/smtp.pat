# SPDX-License-Identifier: GPL-2.0-only
# SMTP and LMTP: mail to a server.
# Spec: RFC 5321 sections 3.1, 4.1.1.1 and 4.2 (greeting 220, EHLO, HELO), RFC 2033 (LHLO).
#
# FTP greets with 220 as well, so a greeting alone decides only when it names the protocol; else
# the client's hello does.
# Overlaps: none. After STARTTLS the connection stays what it was.
smtp
^(220[ -]([^\x0d\x0a]*[ \x09](e?smtp|lmtp)[ \x09\x0d\x0a;,/]|.*\x0a(ehlo|helo|lhlo) )|(ehlo|helo|lhlo) [^ \x0d\x0a]+\x0d?\x0a)
