# SMTP, by the server's greeting.
# Spec: RFC 5321 section 4.2.
smtp
^220[ -].*smtp
