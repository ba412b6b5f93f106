"""Formats of messages: MIME in."""
