"""Mail of the service itself (the clauses ``mail``): codes to sign in with, notices of what happened to an account.

A letter comes in with the person it is for. It is kept sealed under that person's key until it is sent; then it is
gone. It leaves by SMTP over TLS. An installation that only this machine can reach, and that names no mail server, shows
its letters here instead of sending them.
"""
