"""Tables: what a book consists of, what is entered, and what is kept from it."""

from .book import Account, Book, Period
from .dimension import Dimension, DimensionBalance, DimensionCarried, DimensionValue
from .entry import Entry, Line, Unfinished
from .kept import Balance, BookSeal, Carried
from .late import LATE_HOURS_MAX, LateAdmission
from .pending import AccountLimit, PendingBalance, PendingTransfer

__all__ = [
    "LATE_HOURS_MAX",
    "Account",
    "AccountLimit",
    "Balance",
    "Book",
    "BookSeal",
    "Carried",
    "Dimension",
    "DimensionBalance",
    "DimensionCarried",
    "DimensionValue",
    "Entry",
    "LateAdmission",
    "Line",
    "PendingBalance",
    "PendingTransfer",
    "Period",
    "Unfinished",
]
