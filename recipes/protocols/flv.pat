# SPDX-License-Identifier: GPL-2.0-only
# Flash video carried over HTTP.
# Spec: Adobe, "Adobe Flash Video File Format Specification" version 10.1, annex E.2 (header);
# RFC 9112. The media types video/x-flv and video/flv are in common use.
#
# A path that ends in .flv, the response's media type, or the file's header at a line's start (so
# with and without chunked coding): FLV, version 1, audio and video flags, header length 9.
# Overlaps: always http as well. Put this rule before http's.
flv
^(((get|post) [^ \x0d\x0a]+ |)http/1\.[01][ \x0d].*\x0a(content-type: ?(video|application)/(x-)?flv|flv\x01[\x01\x04\x05]\x09)|get [^ \x0d\x0a?]*\.flv(\?[^ \x0d\x0a]*)? http/1\.[01]\x0d)
