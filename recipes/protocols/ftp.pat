# SPDX-License-Identifier: GPL-2.0-only
# FTP, the control connection. Data connections follow it where conntrack's FTP helper is in use.
# Spec: RFC 959 sections 4.2 and 5.4 (greeting 220, USER), RFC 2389 (FEAT, OPTS), RFC 4217
# (AUTH TLS), RFC 7151 (HOST).
#
# SMTP greets with 220 as well, so a greeting alone decides only when it names an FTP server; else
# the client's first command does.
# Overlaps: none.
ftp
^220[ -][^\x0d\x0a]*(ftp( server| service|d)|filezilla server|\x0d?\x0a((220|[ -])[^\x0d\x0a]*\x0d?\x0a)*(user [^\x0d\x0a]+\x0d?\x0a|auth (tls|ssl)|feat\x0d|syst\x0d|opts utf|host ))
