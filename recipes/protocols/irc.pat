# SPDX-License-Identifier: GPL-2.0-only
# IRC, client to server.
# Spec: RFC 2812 section 3.1 (PASS, NICK, USER), RFC 1459; IRCv3 capability negotiation (CAP LS).
#
# NICK then USER with its four parameters, in either order, perhaps after CAP and PASS; or the
# notices that servers send at once.
# Overlaps: none.
irc
^(((cap ls|pass )[^\x0d\x0a]*\x0d?\x0a)*(nick :?[^ \x0d\x0a]+\x0d?\x0a(.*\x0a)?user [^ \x0d\x0a]+ [^ \x0d\x0a]+ [^ \x0d\x0a]+ |user [^ \x0d\x0a]+ [^ \x0d\x0a]+ [^ \x0d\x0a]+ [^\x0d\x0a]*\x0d?\x0anick )|(:[^ \x0d\x0a]+ )?notice (auth|\*) :\*\*\* )
