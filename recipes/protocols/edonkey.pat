# SPDX-License-Identifier: GPL-2.0-only
# eDonkey2000 and eMule: clients, servers, and Kademlia.
# Spec: Kulbak and Bickson, "The eMule Protocol Specification" (2005), chapters 6 and 7; the opcodes
# of Kad 2 as in aMule's published source.
#
# TCP: marker 0xE3, length, hello or login, then the user hash with the two bytes that clients put
# in it. UDP: marker and a request's opcode, then marker and an answer's opcode.
# Protocol obfuscation is built to look like noise, and is not matched.
# Overlaps: none.
edonkey
^(\xe3(..?\x01\x10?.....?[\x0d\x0e].......?.?[no]|\x96...?.?\xe3\x97|[\x90\x92\x94\x98\x9a\xa2].*\xe3[\x99\x9b\xa3])|\xe4(\x01.*[\xe4\xe5]\x09|\x11.*[\xe4\xe5]\x19|!.*[\xe4\xe5]\)|`.*\xe4a))
