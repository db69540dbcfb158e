# SPDX-License-Identifier: GPL-2.0-only
# RTSP: the control connection of streaming media.
# Spec: RFC 2326 sections 6.1 and 7.1 (1.0), RFC 7826 (2.0).
#
# Overlaps: none. Tunnelled through HTTP it is http.
rtsp
^((options|describe|announce|setup|play|pause|teardown|record|redirect|play_notify|get_parameter|set_parameter) (rtsp[su]?://[^ \x0d\x0a]+|\*) rtsp/[12]\.0\x0d?\x0a|rtsp/[12]\.0 [1-5][0-9][0-9] )
