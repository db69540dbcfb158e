# SPDX-License-Identifier: GPL-2.0-only
# IMAP4: mail kept on a server.
# Spec: RFC 9051 and RFC 3501, section 7.1 (the untagged greeting OK or PREAUTH).
#
# Overlaps: none.
imap
^\* (ok|preauth)[ ]
