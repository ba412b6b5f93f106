"""Signing in: second factors, passkeys, sessions, throttling, and the record of all of it.

Owns the rules of authentication. Pages draw it (core.pages.session, core.pages.security); it knows no page. What a person
may do once she is in, core.access says.
"""
