"""What the ledger knows: accounts by purpose or code, and balances on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from enfilade.base.books.models import Account
from enfilade.base.books.queries import book_named, totals_on
from enfilade.core.context import Context, Refusal

from .models import AccountPurpose

BOOK_CODE = "general"


def accounts_for(ctx: Context, names: Iterable[str], *, purposes: bool = False) -> dict[str, Account]:
    """Accounts of the ledger by code and, where asked, first by purpose; each with its book.

    Refuses: no_ledger, unknown_account.
    """
    wanted = set(names)
    found: dict[str, Account] = {}
    if purposes:
        rows = AccountPurpose.objects.visible_to(ctx).filter(purpose__in=wanted).select_related("account__book")
        found = {row.purpose: row.account for row in rows}
    if rest := wanted - found.keys():
        known = (
            Account.objects.visible_to(ctx).filter(book__code=BOOK_CODE, book__company=ctx.company, code__in=rest).select_related("book")
        )
        found |= {account.code: account for account in known}
    if missing := wanted - found.keys():
        if book_named(ctx, BOOK_CODE) is None:
            raise Refusal("no_ledger", "The ledger is not founded yet.")
        raise Refusal("unknown_account", f"There is no account {min(missing)}.", field="account")
    return found


def balance_of(ctx: Context, name: str, on: date) -> int:
    """Balance of an account by purpose or code at the end of a day, in minor units; debit positive."""
    account = accounts_for(ctx, [name], purposes=True)[name]
    totals = totals_on(ctx, account.book, on, accounts=[account.pk])
    return sum(t.balance_minor for t in totals if t.unit == ctx.company.currency)
