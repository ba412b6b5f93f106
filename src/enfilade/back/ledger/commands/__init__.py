"""What the ledger does: it is founded, posted to, closed; journals of other programs come in."""

from .journals import import_journal, take_back_journal
from .posting import (
    JournalLine,
    Leg,
    Posting,
    close_period,
    found_ledger,
    open_year,
    post_journal,
    post_legs,
    reopen_period,
    reverse_journal,
    write_postings,
)

__all__ = [
    "JournalLine",
    "Leg",
    "Posting",
    "close_period",
    "found_ledger",
    "import_journal",
    "open_year",
    "post_journal",
    "post_legs",
    "reopen_period",
    "reverse_journal",
    "take_back_journal",
    "write_postings",
]
