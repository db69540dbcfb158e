# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL, by the client's first packet.
# Spec: PostgreSQL documentation, "Message Formats": StartupMessage, SSLRequest, GSSENCRequest,
# CancelRequest.
#
# After the length: one of the request codes 80877102 to 80877104, or protocol 3.0 (or 3.2) and
# the first parameter's name. NULs end every string and are dropped.
# Overlaps: none. After SSLRequest the TLS hello is not at the start, so it is not tls.
postgresql
^(\x08\x04\xd2\x16[/0]|\x10\x04\xd2\x16\.|..?\x03\x02?(user|database|application_name|client_encoding|replication)[ -~])
