"""Commands: found a book, post to it, close its periods, seal it."""

from .close import close_period, reopen_period
from .found import AccountIn, add_accounts, open_book, open_periods
from .post import EntryIn, LineIn, post_entries, post_entry, reverse_entry, write_entries, write_entry
from .seal import seal_book

__all__ = [
    "AccountIn",
    "EntryIn",
    "LineIn",
    "add_accounts",
    "close_period",
    "open_book",
    "open_periods",
    "post_entries",
    "post_entry",
    "reopen_period",
    "reverse_entry",
    "seal_book",
    "write_entries",
    "write_entry",
]
