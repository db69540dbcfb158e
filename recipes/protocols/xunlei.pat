# SPDX-License-Identifier: GPL-2.0-only
# Xunlei (Thunder), a download accelerator: its hubs, and its client among BitTorrent peers.
# Spec: none published. Its hubs' names (under sandai.net and xunlei.com) are public; the peer id
# prefix -XL is in BEP 20's list of clients.
#
# A request to a hub over HTTP, a TLS hello that names one, or a BitTorrent handshake with that
# peer id. Its own peer protocol has no public description and no fixed bytes left once NULs are
# dropped, and is not matched.
# Overlaps: http, tls, ssl or bittorrent, whichever carries it.
xunlei
^((get|post) [^ \x0d\x0a]+ http/1\.[01]\x0d\x0a(.*\x0a)?host: ?([-.a-z0-9]*\.)?(sandai\.net|xunlei\.com)[:\x0d]|\x16\x03[\x01-\x04]?.?.?\x01.*[^-a-z0-9](sandai\.net|xunlei\.com)|\x13bittorrent protocol.*-xl[0-9][0-9][0-9][0-9]-)
