"""A small book to test with, and the two ways past the program: as its own role and as the owner of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, transaction

from enfilade.base.books.commands import AccountIn, LineIn, add_accounts, open_book, open_periods, post_entry
from enfilade.base.books.models import Account, Balance, Book, Carried, Entry, Line, Period
from enfilade.core.context import Context
from enfilade.core.models import Company
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

YEAR = 2026
DAY = date(YEAR, 3, 10)
CHART = [
    AccountIn("1", "Assets", "asset", heading=True),
    AccountIn("10", "Cash", "asset", "1"),
    AccountIn("11", "Bank", "asset", "1"),
    AccountIn("12", "Customers", "asset", "1"),
    AccountIn("20", "Tax", "liability"),
    AccountIn("40", "Sales", "income"),
    AccountIn("50", "Rent", "expense"),
]


class Shop:
    """A company with a book of seven accounts and one open year."""

    def __init__(self, company: Company | None = None, code: str = "general") -> None:
        self.company = company or make_company("Shop")
        self.ctx: Context = make_ctx(self.company, "*")
        self.book: Book = open_book(self.ctx, code=code, name="General", unit_kind="money")
        add_accounts(self.ctx, book=self.book, accounts=CHART)
        open_periods(self.ctx, book=self.book, year=YEAR)
        with scope(self.company.pk):
            self.accounts = {a.code: a for a in Account.objects.filter(book=self.book)}

    def lines(self, *pairs: tuple[str, int], unit: str = "EUR") -> list[LineIn]:
        """Lines from (account code, signed quantity)."""
        return [LineIn(self.accounts[code], unit, quantity) for code, quantity in pairs]

    def post(self, *pairs: tuple[str, int], on: date = DAY, ctx: Context | None = None, unit: str = "EUR", **more: Any) -> Entry:
        """Post pairs."""
        return post_entry(ctx or self.ctx, book=self.book, on=on, text="Test", lines=self.lines(*pairs, unit=unit), **more)

    def post_for(self, party: int) -> Entry:
        """A receivable from somebody."""
        lines = [LineIn(self.accounts["12"], "EUR", 5, party), LineIn(self.accounts["40"], "EUR", -5)]
        return post_entry(self.ctx, book=self.book, on=DAY, text="Test", lines=lines)

    def sale(self, amount: int = 500, on: date = DAY, ctx: Context | None = None) -> Entry:
        """Cash against sales."""
        return self.post(("10", amount), ("40", -amount), on=on, ctx=ctx)

    def period(self, month: int) -> Period:
        """The period of a month."""
        with scope(self.company.pk):
            return Period.objects.get(book=self.book, starts_on=date(YEAR, month, 1))

    def counts(self) -> tuple[int, ...]:
        """How many entries, lines, and what is kept."""
        with scope(self.company.pk):
            kept = Balance.objects.values_list("account", "period", "unit", "debit_minor", "credit_minor").order_by("pk")
            return Entry.objects.count(), Line.objects.count(), Carried.objects.count(), hash(tuple(kept))

    def balance(self, code: str, unit: str = "EUR") -> int:
        """What is kept of an account, all periods together."""
        with scope(self.company.pk):
            rows = Balance.objects.filter(account=self.accounts[code], unit=unit).values_list("debit_minor", "credit_minor")
            return sum(debit - credit for debit, credit in rows)


@contextmanager
def as_app(company: Company) -> Iterator[Any]:
    """A cursor with the rights of the program."""
    with scope(company.pk), connection.cursor() as cursor:
        yield cursor


@contextmanager
def as_owner(company: Company) -> Iterator[Any]:
    """A cursor with the rights of the owner of the tables; deferred constraints speak at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{company.pk}}}"])
        yield cursor


@contextmanager
def tampering(company: Company, *tables: str) -> Iterator[Any]:
    """The owner again, with every trigger of some tables switched off."""
    with as_owner(company) as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
