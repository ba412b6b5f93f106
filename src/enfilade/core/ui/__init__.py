"""Helpers of the pages: icons, formatting, table cells and avatars.

Owns nothing in the database. Everything here turns a value that a view already has into text or safe HTML, in the
language, currency and time zone that are active for the request.
"""
