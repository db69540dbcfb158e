# SPDX-License-Identifier: GPL-2.0-only
# Redis, by the client's first command.
# Spec: Redis serialization protocol specification (RESP): arrays of bulk strings, inline commands.
#
# Overlaps: none.
redis
^(\*[1-9][0-9]*\x0d\x0a\$[1-9][0-9]*\x0d\x0a[a-z]|ping\x0d\x0a\+pong\x0d\x0a)
