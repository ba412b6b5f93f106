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
