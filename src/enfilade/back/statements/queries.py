"""What statements read: categories of accounts, movements beside cash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from enfilade.back.ledger.queries import accounts_serving, ledger_book
from enfilade.back.ledger.rules import Place
from enfilade.base.books.queries import accounts_by_code, totals_between, totals_on
from enfilade.core.context import Context

from . import rules
from .models import CashCategory

# Every entry that moved cash, by the accounts on its other side: what they moved, with opposite sign, is what cash moved.
_BESIDE = """
WITH touched AS (
    SELECT DISTINCT entry_id FROM books_line
     WHERE company_id = %(company)s AND account_id = ANY(%(cash)s) AND "on" BETWEEN %(from)s AND %(to)s AND unit = %(unit)s
)
SELECT l.account_id, -sum(l.quantity_minor)::bigint FROM touched t JOIN books_line l ON l.entry_id = t.entry_id
 WHERE l.company_id = %(company)s AND l.unit = %(unit)s AND NOT l.account_id = ANY(%(cash)s)
 GROUP BY l.account_id
"""
# What was entered after an instant and counts until a day: with what is kept it says what was known at that instant.
_ENTERED_SINCE = """
SELECT l.account_id, sum(greatest(l.quantity_minor, 0))::bigint, sum(greatest(-l.quantity_minor, 0))::bigint
  FROM books_entry e JOIN books_line l ON l.entry_id = e.id
 WHERE e.company_id = %(company)s AND e.book_id = %(book)s AND e."on" <= %(on)s AND e.recorded_at > %(known_at)s AND l.unit = %(unit)s
 GROUP BY l.account_id
"""


def places_in(ctx: Context) -> dict[int, Place]:
    """The accounts of the ledger and their headings, by key. Refuses: no_ledger."""
    return {account.pk: Place.of(account) for account in accounts_by_code(ctx, ledger_book(ctx))}


def categories_of(ctx: Context, places: Mapping[int, Place]) -> dict[int, str]:
    """The category of every account."""
    said = dict(CashCategory.objects.visible_to(ctx).values_list("account_id", "category"))
    return rules.categories(places, accounts_serving(ctx, [*rules.CASH_PURPOSES, *rules.BY_PURPOSE]), said)


def moved_beside_cash(ctx: Context, cash: list[int], from_on: date, to_on: date) -> dict[int, int]:
    """What came in (positive) and went out by the account on the other side. Shape: key of an account -> amount."""
    values: dict[str, Any] = {"company": ctx.company_id, "cash": cash, "from": from_on, "to": to_on, "unit": ctx.company.currency}
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, values)
        return {key: int(amount) for key, amount in cursor.fetchall() if amount}


def moved_between(ctx: Context, from_on: date, to_on: date) -> dict[int, int]:
    """What was posted to each account between two days, debit positive."""
    found = totals_between(ctx, ledger_book(ctx), from_on, to_on)
    return {t.account_id: t.balance_minor for t in found if t.unit == ctx.company.currency}


def standing_on(ctx: Context, on: date) -> dict[int, int]:
    """Where each account stands at the end of a day, debit positive."""
    return {t.account_id: t.balance_minor for t in totals_on(ctx, ledger_book(ctx), on) if t.unit == ctx.company.currency}


def known_on(ctx: Context, on: date, known_at: datetime) -> tuple[dict[int, tuple[int, int]], dict[int, int]]:
    """Debit and credit of each account at the end of a day, as entered until an instant; and what was entered later, debit positive.

    From kept balances less what was entered since: the cost is that of the entries after the instant.
    """
    book, unit = ledger_book(ctx), ctx.company.currency
    values: dict[str, Any] = {"company": ctx.company_id, "book": book.pk, "on": on, "known_at": known_at, "unit": unit}
    with connection.cursor() as cursor:
        cursor.execute(_ENTERED_SINCE, values)
        since = {account: (int(debit), int(credit)) for account, debit, credit in cursor.fetchall()}
    now = {t.account_id: (t.debit_minor, t.credit_minor) for t in totals_on(ctx, book, on) if t.unit == unit}
    known = {key: (debit - since.get(key, (0, 0))[0], credit - since.get(key, (0, 0))[1]) for key, (debit, credit) in now.items()}
    return known, {key: debit - credit for key, (debit, credit) in since.items() if debit != credit}
