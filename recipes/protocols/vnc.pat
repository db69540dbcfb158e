# SPDX-License-Identifier: GPL-2.0-only
# VNC (remote framebuffer): a remote screen.
# Spec: RFC 6143 section 7.1.1 (ProtocolVersion, twelve bytes).
#
# Overlaps: none.
vnc
^rfb [0-9][0-9][0-9]\.[0-9][0-9][0-9]\x0a
