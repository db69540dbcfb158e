# SPDX-License-Identifier: GPL-2.0-only
# BitTorrent: peers over TCP and uTP, DHT, trackers over UDP and HTTP, local peer discovery.
# Spec: BEP 3 (peer handshake, HTTP tracker), BEP 5 and BEP 42 (DHT), BEP 14 (local discovery),
# BEP 15 (UDP tracker: the protocol id 0x41727101980), BEP 29 (uTP: the handshake follows ST_SYN).
#
# Message stream encryption is built to look like noise, and is not matched.
# Overlaps: a tracker over HTTP is http as well. A peer that is Xunlei's client is xunlei as well.
bittorrent
^((a.*)?\x13bittorrent protocol|d(2:ip(6|18):.*)?1:(ad2:id20:|rd2:id20:|eli20[1-4]e)|\x04\x17'\x10\x19\x80|get [^ \x0d\x0a?]*(announce|scrape)[^ \x0d\x0a]*[?&]info_hash=|bt-search \* http/1\.1\x0d)
