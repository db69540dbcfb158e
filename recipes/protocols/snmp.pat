# SPDX-License-Identifier: GPL-2.0-only
# SNMP versions 1, 2c and 3.
# Spec: RFC 1157 section 4 and RFC 3416 section 3 (v1, v2c), RFC 3412 section 6 (v3); X.690 (BER).
#
# A sequence with the version; then for v1 and v2c the community string and a PDU (tags A0 to A8)
# that begins with the request id or, in v1's trap, with an object id; for v3 the global data, which
# ends with the flags and security model 3. Version 0 (v1) is a NUL and so not to be seen.
# Overlaps: none.
snmp
^0..?.?\x02\x01(\x01?\x04.?[ -~]*[\xa0-\xa8]..?.?[\x02\x06][\x01-\x10]|\x030.\x02[\x01-\x04].*\x02[\x01-\x04].*\x04\x01[\x01-\x07]?\x02\x01\x03\x04)
