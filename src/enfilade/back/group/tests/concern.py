"""A parent with three companies, as the worked example has them; one person works for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from enfilade.back.group.commands import add_groupcompany, name_partner
from enfilade.back.ledger.commands import JournalLine, found_ledger, open_year, post_journal
from enfilade.base.books.models import Account, Book, Entry
from enfilade.base.party.models import Party
from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.models import Company, Membership, Role
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

BOUGHT, END = date(2025, 12, 31), date(2026, 12, 31)
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)


class Concern:
    """P holds 80 % of S, all of U (US dollars), 30 % of A; everything until the end of 2026."""

    def __init__(self) -> None:
        self.ctx: dict[str, Context] = {}
        first = make_ctx(make_company("Parent"), "*", name="Petra")
        self.user = first.user
        for name, currency in (("P", "EUR"), ("S", "EUR"), ("U", "USD"), ("A", "EUR")):
            company = first.company if name == "P" else make_company(f"Company {name}", currency=currency)
            if name != "P":
                self.employ(company)
            ctx = replace(context_for(self.user, company), now=NOW)
            self.ctx[name] = ctx
            found_ledger(ctx, chart="generic")
            for year in (2025, 2026):
                open_year(ctx, year=year)
        self._shares_account()
        self._partners()
        self._two_years()
        for name, share, cost in (("S", 80, 5_800_000), ("U", 100, 1_800_000), ("A", 30, 300_000)):
            add_groupcompany(
                self.ctx["P"],
                member=self.ctx[name].company.slug,
                method="equity" if name == "A" else "full",
                share_percent=Decimal(share),
                acquired_on=BOUGHT,
                cost=cost,
                shares_account=self.shares,
            )

    def employ(self, company: Company, *permissions: str, user: Any = None) -> None:
        """Let somebody work for a company."""
        number = Role.objects.filter(company=company).count()
        role = Role.objects.create(company=company, code=f"r{number}", name="R", permissions=list(permissions or "*"))
        Membership.objects.create(company=company, user=user or self.user).roles.add(role)

    def post(self, name: str, on: date, debit: str, credit: str, amount: int, **party: Party) -> Entry:
        """An entry of two lines, in whole units. party: of the debited or of the credited side."""
        ctx = replace(self.ctx[name], now=datetime(on.year, on.month, on.day, 10, tzinfo=UTC), key="")
        lines = [
            JournalLine(debit, debit=amount * 100, party=party.get("debited")),
            JournalLine(credit, credit=amount * 100, party=party.get("credited")),
        ]
        return post_journal(ctx, on=on, text="By hand", lines=lines)

    def report(self, run: Any, name: str = "P", ctx: Context | None = None, **inputs: Any) -> Any:
        """A report at a company."""
        ctx = ctx or self.ctx[name]
        with scope(ctx.company_id, read_only=True):
            return run(ctx, **inputs)

    def _shares_account(self) -> None:
        ctx = self.ctx["P"]
        with scope(ctx.company_id):
            book, above = Book.objects.get(code="general"), Account.objects.get(code="17")
        given = {"book": book.pk, "code": "1890", "name": "Shares in companies", "kind": "asset", "parent": above.pk}
        self.shares: Account = run_raw(ctx, "books.add_account", {**given, "heading": False, "active": True})

    def _partners(self) -> None:
        self.party = {
            name: run_raw(self.ctx[at], "party.add_party", {"kind": "organisation", "name": name, "role": role})
            for at, name, role in (("P", "S", "supplier"), ("S", "P", "customer"))
        }
        name_partner(self.ctx["P"], party=self.party["S"], company=self.ctx["S"].company.slug)
        name_partner(self.ctx["S"], party=self.party["P"], company=self.ctx["P"].company.name.upper())
        for on, rate in ((date(2025, 12, 31), "0.90"), (date(2026, 7, 1), "0.80")):
            run_raw(self.ctx["P"], "money.add_rate", {"base": "USD", "quote": "EUR", "on": on.isoformat(), "rate": rate, "source": "ECB"})

    def _two_years(self) -> None:
        begin, june = date(2025, 1, 1), date(2026, 6, 15)
        for name, capital in (("P", 200_000), ("S", 50_000), ("U", 20_000), ("A", 10_000)):
            self.post(name, begin, "1100", "3000", capital)
        self.post("S", date(2025, 5, 5), "1100", "4000", 10_000)
        self.post("P", BOUGHT, "1890", "1100", 79_000)
        self.post("P", june, "1100", "4000", 30_000)
        self.post("S", june, "1200", "4000", 5_000, debited=self.party["P"])
        self.post("P", june, "5100", "2000", 5_000, credited=self.party["S"])
        self.post("P", date(2026, 7, 1), "2000", "1100", 2_000, debited=self.party["S"])
        self.post("S", date(2026, 7, 1), "1100", "1200", 2_000, credited=self.party["P"])
        self.post("S", june, "1100", "4000", 7_000)
        self.post("S", june, "6100", "1100", 4_000)
        self.post("U", june, "1100", "4000", 12_000)
        self.post("A", june, "1100", "4000", 2_000)
