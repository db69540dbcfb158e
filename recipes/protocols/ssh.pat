# SPDX-License-Identifier: GPL-2.0-only
# SSH, by the identification string that either side sends first.
# Spec: RFC 4253 section 4.2 and section 5.1 (1.99 for servers that also speak version 1).
#
# A server may send other lines before it; then the client's string decides only if it comes first.
# Overlaps: none.
ssh
^ssh-(1\.[0-9]+|2\.0)-[!-~]
