"""What the ledger publishes."""

from __future__ import annotations

from datetime import date

from enfilade.core.events import event


@event
class LedgerFounded:
    """The company has a money book with the accounts of a chart."""

    book: int
    chart: str


@event
class MonthClosed:
    """No entry reaches the days up to `ends_on` any more."""

    period: int
    ends_on: date


@event
class JournalTaken:
    """Every entry of a journal of another program is in the books."""

    file: int
    entries: int


@event
class JournalTakenBack:
    """Every entry of a journal that came from a file is reversed."""

    file: int
    entries: int
