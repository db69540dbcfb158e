# SPDX-License-Identifier: GPL-2.0-only
# HTTP/1.0, HTTP/1.1 and cleartext HTTP/2: the World Wide Web.
# Spec: RFC 9112 sections 3 and 4 (request line, status line), RFC 9113 section 3.4 (preface).
#
# A GET is decided by the server's status line, not by the request: what is carried over HTTP
# (flv, bittorrent's trackers, xunlei, kugoo) often shows only in the response's headers, and the
# first rule that matches keeps the connection. Where a request is likely to fill the 2048 bytes
# by itself (a body, cookies, credentials) it is decided by the request.
# Overlaps: flv, and whatever of bittorrent, xunlei, kugoo and msnmessenger speaks HTTP. Put those
# rules before this one.
http
^((get|head|delete|connect|options|trace|propfind|proppatch|mkcol|copy|move|lock|unlock|report) [^ \x0d\x0a]+ http/1\.[01]\x0d?\x0a.*(http/1\.[01] [1-5][0-9][0-9][ \x0d]|\x0a(cookie|authorization):)|(post|put|patch) [^ \x0d\x0a]+ http/1\.[01]\x0d?\x0a|http/1\.[01] [1-5][0-9][0-9][ \x0d]|pri \* http/2\.0\x0d\x0a\x0d\x0asm\x0d\x0a\x0d\x0a)
