"""Pure rules of books: what balances, what a year is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise


def differences(quantities: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units in which (unit, signed quantity) pairs do not sum to zero, and by how much."""
    totals: dict[str, int] = defaultdict(int)
    for unit, quantity_minor in quantities:
        totals[unit] += quantity_minor
    return {unit: total for unit, total in totals.items() if total}


def dimension_codes(text: str) -> list[str]:
    """Codes of values of dimensions as typed, with blanks or commas between; in order, so that equal sets are written equally."""
    return sorted(text.replace(",", " ").split())


def months(year: int, first_month: int = 1) -> list[tuple[date, date]]:
    """First and last day of the twelve months of a year of accounts that begins in `first_month` of the calendar year `year`."""
    starts = [date(year + (first_month - 1 + n) // 12, (first_month - 1 + n) % 12 + 1, 1) for n in range(13)]
    return [(start, after - timedelta(days=1)) for start, after in pairwise(starts)]


def months_within(starts_on: date, ends_on: date) -> list[tuple[date, date]]:
    """First and last day of each calendar month of a span; the first and the last may be cut short."""
    found, first = [], starts_on
    while first <= ends_on:
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found.append((first, min(after - timedelta(days=1), ends_on)))
        first = after
    return found
