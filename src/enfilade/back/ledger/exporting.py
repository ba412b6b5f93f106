"""Entries of the ledger as journals that hledger and beancount accept: every entry of the list as it is filtered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Min

from enfilade.base.books.models import Account
from enfilade.base.books.queries import accounts_by_code, with_lines
from enfilade.core.context import Context
from enfilade.core.resource.transfer import Exporter, register_exporter

from .journals.costs import at_cost
from .journals.writing import FORMATS, AccountOut, Beancount, EntryOut, Hledger, LineOut, write_journal
from .queries import BOOK_CODE, currencies_of, ledger_book

CHUNK = 500


def write_entries(into: Hledger | Beancount, ctx: Context, rows: Any) -> Iterator[str]:
    """The entries as a journal with all accounts of the ledger; those of other books are left out.

    Refuses: no_ledger.
    """
    accounts = {account.pk: account for account in accounts_by_code(ctx, ledger_book(ctx))}
    posted = [AccountOut(a.pk, a.kind, _path(a, accounts)) for a in accounts.values() if not a.heading]
    mine = rows.filter(book__code=BOOK_CODE)
    first_on = mine.order_by().aggregate(first=Min("on"))["first"] or ctx.today
    own, counterparts = ctx.company.currency, {a.pk for a in accounts.values() if a.kind == Account.Kind.STATISTICAL}
    entries = (_entry(row, own, counterparts) for row in with_lines(ctx, mine).iterator(chunk_size=CHUNK))
    yield from write_journal(into, ctx.company.name, [own, *currencies_of(ctx)], posted, first_on, entries)


def _path(account: Account, accounts: dict[int, Account]) -> tuple[str, ...]:
    """Names of the headings from above, and the account with its code."""
    path, at = [f"{account.code} {account.name}"], account.parent_id
    while at is not None:
        path.append(accounts[at].name)
        at = accounts[at].parent_id
    return tuple(reversed(path))


def _entry(entry: Any, own: str, counterparts: set[int]) -> EntryOut:
    lines = [
        LineOut(line.account_id, line.quantity_minor, line.unit, line.text, line.party.name if line.party else "", line.dimension_codes)
        for line in entry.lines.all()
    ]
    return EntryOut(entry.on, entry.text, str(entry.pk), entry.origin, at_cost(lines, own, counterparts))


for name, into in FORMATS.items():
    register_exporter("books.entry", Exporter(into.ending, into.media_type, name, partial(write_entries, into)))
