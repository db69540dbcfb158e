# SPDX-License-Identifier: GPL-2.0-only
# XMPP (Jabber), client to server and server to server.
# Spec: RFC 6120 sections 4.2 and 4.8 (stream header and its namespaces), XEP-0114 (components).
#
# Overlaps: none. Over HTTP (BOSH) or WebSocket it is http.
xmpp
^(<\?xml[^>]*\?>[ \x09\x0d\x0a]*)?<stream:stream[ \x09\x0d\x0a][^>]*(jabber:(client|server|component)|http://etherx\.jabber\.org/streams)
