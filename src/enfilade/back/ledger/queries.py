"""What the ledger knows: accounts by purpose or code, and balances on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from enfilade.base.books.models import Book
from enfilade.base.books.queries import accounts_by_code, book_named, totals_on
from enfilade.core.context import Context, Refusal

BOOK_CODE = "general"


_BY_PURPOSE = """
SELECT p.purpose, p.account_id, a.book_id FROM ledger_accountpurpose p JOIN books_account a ON a.id = p.account_id
 WHERE p.company_id = %s AND p.purpose = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An account of the ledger, by key, and its book."""

    account_id: int
    book_id: int


def places_of(ctx: Context, names: Iterable[str], *, purposes: bool = True) -> dict[str, Place]:
    """Accounts of the ledger by purpose or code; a purpose goes before a code of the same name.

    purposes: False where a person names accounts, by code only.
    Refuses: no_ledger, unknown_account.
    """
    wanted = list(set(names))
    found: dict[str, Place] = {}
    if purposes:
        with connection.cursor() as cursor:
            cursor.execute(_BY_PURPOSE, [ctx.company_id, wanted])
            found = {purpose: Place(account, book) for purpose, account, book in cursor.fetchall()}
    if rest := [name for name in wanted if name not in found]:
        found |= {account.code: Place(account.pk, account.book_id) for account in accounts_by_code(ctx, ledger_book(ctx), rest)}
    if missing := set(wanted) - found.keys():
        raise Refusal("unknown_account", f"There is no account {min(missing)}.", field="account")
    return found


def ledger_book(ctx: Context) -> Book:
    """The money book of the company.

    Refuses: no_ledger.
    """
    book = book_named(ctx, BOOK_CODE)
    if book is None:
        raise Refusal("no_ledger", "The ledger is not founded yet: choose a chart of accounts under Ledger.")
    return book


def balance_of(ctx: Context, name: str, on: date) -> int:
    """Balance of an account by purpose or code at the end of a day, in minor units; debit positive."""
    place = places_of(ctx, [name])[name]
    totals = totals_on(ctx, ledger_book(ctx), on, accounts=[place.account_id])
    return sum(t.balance_minor for t in totals if t.unit == ctx.company.currency)
