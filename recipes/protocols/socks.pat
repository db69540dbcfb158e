# SPDX-License-Identifier: GPL-2.0-only
# SOCKS 4, 4a and 5 proxies.
# Spec: RFC 1928 sections 3 and 4, RFC 1929 (passwords); "SOCKS: A protocol for TCP proxy across
# firewalls" (version 4) and its extension 4a.
#
# Version 5: the methods offered, the server's choice, perhaps a password, then the request with
# its command and kind of address. Version 4: the request, then the answer's code 90 to 93. Method
# 0, reserved bytes and version 0 of the answer are NULs and so not to be seen.
# Overlaps: none.
socks
^(\x05[\x01-\x09][\x01-\x09\x80-\xfe]*\x05(\x02\x01.*\x01)?\x05[\x01-\x03][\x01\x03\x04]|\x04[\x01\x02]...?.?.?.?[ -~]*[]z[\])
