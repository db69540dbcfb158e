# SPDX-License-Identifier: GPL-2.0-only
# RDP: Windows remote desktop, over TCP.
# Spec: MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2 (connection request and confirm), RFC 1006 (TPKT),
# ITU-T X.224 section 13.3.
#
# TPKT version 3, an X.224 connection request, and in it RDP's cookie or its negotiation request
# (type 1, length 8); or, from an old client, a request with neither, answered by a confirm.
# Overlaps: none. Other users of TPKT (H.323, S7) have neither.
rdp
^\x03..?\xe0.?.?.?.?.?(cookie: msts|\x01.?\x08|\x03[\x0b\x13][\x06\x0e]\xd0)
