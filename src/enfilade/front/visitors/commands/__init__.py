"""Verbs of visitors."""

from .inviting import Guest, cancel_invitation, change_invitation, invite_visitors, miss_visitor
from .receiving import admit_visitor, fetch_visitor, let_in_watched, let_out, receive_visitor, remind_host, turn_away

__all__ = [
    "Guest",
    "admit_visitor",
    "cancel_invitation",
    "change_invitation",
    "fetch_visitor",
    "invite_visitors",
    "let_in_watched",
    "let_out",
    "miss_visitor",
    "receive_visitor",
    "remind_host",
    "turn_away",
]
