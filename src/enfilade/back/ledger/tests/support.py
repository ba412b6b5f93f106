"""A practice with a founded ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from enfilade.back.ledger.commands import JournalLine, Leg, found_ledger, open_year, post_journal, post_legs
from enfilade.base.books.models import Entry, Period
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


class Practice:
    """chart: the chart of accounts; two years are open."""

    def __init__(self, chart: str = "generic") -> None:
        self.company = make_company()
        self.ctx = make_ctx(self.company, "*")
        found_ledger(self.ctx, chart=chart)
        for year in (2025, 2026):
            open_year(self.ctx, year=year)

    def legs(self, on: date, *pairs: tuple[str, int], origin: str = "billing.invoice:1", **more: Any) -> Entry:
        """Post by purpose."""
        return post_legs(self.ctx, on=on, text="Posted", origin=origin, legs=[Leg(name, amount) for name, amount in pairs], **more)

    def journal(self, on: date, *lines: JournalLine) -> Entry:
        """Post by hand."""
        return post_journal(self.ctx, on=on, text="By hand", lines=list(lines))

    def period(self, starts_on: date) -> Period:
        """The month that begins on a day."""
        with scope(self.company.pk):
            return Period.objects.get(starts_on=starts_on, company=self.company)

    def counts(self) -> tuple[int, int]:
        """Entries and lines."""
        from enfilade.base.books.models import Line

        with scope(self.company.pk):
            return Entry.objects.count(), Line.objects.count()
