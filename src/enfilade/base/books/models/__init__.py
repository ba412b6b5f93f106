"""Tables: what a book consists of, what is entered, and what is kept from it."""

from .book import Account, Book, Period
from .dimension import Dimension, DimensionBalance, DimensionCarried, DimensionValue
from .entry import Entry, Line, Unfinished
from .kept import Balance, BookSeal, Carried

__all__ = [
    "Account",
    "Balance",
    "Book",
    "BookSeal",
    "Carried",
    "Dimension",
    "DimensionBalance",
    "DimensionCarried",
    "DimensionValue",
    "Entry",
    "Line",
    "Period",
    "Unfinished",
]
