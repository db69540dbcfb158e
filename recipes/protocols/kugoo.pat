# SPDX-License-Identifier: GPL-2.0-only
# KuGou (formerly KuGoo), a music client and service.
# Spec: none published. Its servers' names (under kugou.com and kugoo.com) and the User-Agent of
# its client are public.
#
# A request to its servers over HTTP, one that carries its User-Agent, or a TLS hello that names
# its servers. Its own peer protocol has no public description, and is not matched.
# Overlaps: http, tls or ssl, whichever carries it.
kugoo
^((get|post) [^ \x0d\x0a]+ http/1\.[01]\x0d\x0a(.*\x0a)?(host: ?([-.a-z0-9]*\.)?kugo[ou]\.com[:\x0d]|user-agent: ?kugo[ou])|\x16\x03[\x01-\x04]?.?.?\x01.*[^-a-z0-9]kugo[ou]\.com)
