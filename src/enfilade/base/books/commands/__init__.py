"""Commands: found a book, post to it, reserve in it, close its periods, seal it."""

from .close import close_period, reopen_period
from .found import AccountIn, add_accounts, open_book, open_periods
from .post import EntryIn, LineIn, post_entries, post_entry, reverse_entry, write_entries, write_entry
from .seal import seal_book
from .transfer import expire_transfer, post_transfer, reserve_transfer, void_transfer

__all__ = [
    "AccountIn",
    "EntryIn",
    "LineIn",
    "add_accounts",
    "close_period",
    "expire_transfer",
    "open_book",
    "open_periods",
    "post_entries",
    "post_entry",
    "post_transfer",
    "reopen_period",
    "reserve_transfer",
    "reverse_entry",
    "seal_book",
    "void_transfer",
    "write_entries",
    "write_entry",
]
