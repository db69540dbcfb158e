# SSH, by its banner.
# Spec: RFC 4253 section 4.2.
ssh
^ssh-(1\.[0-9]+|2\.0)-[!-~]
