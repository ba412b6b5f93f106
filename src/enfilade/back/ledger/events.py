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
class ChartCompleted:
    """The ledger has what its chart of accounts has. accounts, purposes: how many were added."""

    book: int
    chart: str
    accounts: int
    purposes: int


@event
class CurrenciesRevalued:
    """What is held in foreign currencies stands at the rates of a day, until the next one. accounts: how many, per currency."""

    entry: int
    on: date
    accounts: int


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


@event
class OpeningEntered:
    """The books begin with the balances of a day."""

    opening: int
    on: date


@event
class OpeningTakenBack:
    """Opening balances are reversed, every line of them."""

    opening: int
    on: date


@event
class YearClosed:
    """The result of a year stands in the equity; its months are closed."""

    year: int
    ends_on: date
    result_minor: int


@event
class YearReopened:
    """The result of a year was taken back out of the equity; its last month is open."""

    year: int
    ends_on: date
