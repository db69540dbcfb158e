# SPDX-License-Identifier: GPL-2.0-only
# SMB 1, 2 and 3: Windows file sharing, on port 445 or through a NetBIOS session.
# Spec: MS-CIFS section 2.2.3.1 and MS-SMB2 section 2.2.1 (headers), MS-SMB2 section 2.1 and RFC
# 1002 section 4.3 (the length, the session request with two encoded names).
#
# After the length: FF 'SMB' with command 72 (negotiate), or FE 'SMB' with the header's length, 64.
# Overlaps: none.
smb
^(\x81d [a-p]+ [a-p]+\x82)?.?.?.?(\xffsmbr|\xfesmb@)
