"""Commands: found a book, post to it, reserve in it, close its periods, seal it."""

from .close import admit_late, close_period, reopen_period, soft_close_period
from .found import AccountIn, add_accounts, open_book, open_periods, open_span
from .post import EntryIn, LineIn, post_entries, post_entry, reverse_entry, write_entries, write_entry
from .seal import seal_book
from .transfer import expire_transfer, post_transfer, reserve_transfer, void_transfer

__all__ = [
    "AccountIn",
    "EntryIn",
    "LineIn",
    "add_accounts",
    "admit_late",
    "close_period",
    "expire_transfer",
    "open_book",
    "open_periods",
    "open_span",
    "post_entries",
    "post_entry",
    "post_transfer",
    "reopen_period",
    "reserve_transfer",
    "reverse_entry",
    "seal_book",
    "soft_close_period",
    "void_transfer",
    "write_entries",
    "write_entry",
]
