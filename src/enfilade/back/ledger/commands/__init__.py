"""What the ledger does: it is founded, posted to, closed; opening balances and journals of other programs come in."""

from .journals import import_journal, take_back_journal
from .opening import OpeningLine, enter_opening_balances, import_opening_balances, take_back_opening
from .posting import JournalLine, Leg, Posting, found_ledger, post_journal, post_legs, reverse_journal, write_postings
from .yearend import close_year, mark_task, reopen_year, unmark_task
from .years import admit_late, close_period, open_year, reopen_period, soft_close_period

__all__ = [
    "JournalLine",
    "Leg",
    "OpeningLine",
    "Posting",
    "admit_late",
    "close_period",
    "close_year",
    "enter_opening_balances",
    "found_ledger",
    "import_journal",
    "import_opening_balances",
    "mark_task",
    "open_year",
    "post_journal",
    "post_legs",
    "reopen_period",
    "reopen_year",
    "reverse_journal",
    "soft_close_period",
    "take_back_journal",
    "take_back_opening",
    "unmark_task",
    "write_postings",
]
