"""Found a book: its accounts and the periods of its years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from enfilade.base.books.models import Account, Book, Period
from enfilade.base.books.rules import months, months_within
from enfilade.core.command import Choice, Input, Ref, command
from enfilade.core.context import Context, Invalid, Refusal

_KINDS = Choice(*((k.value, k.label) for k in Account.Kind))
_UNIT_KINDS = Choice(*((k.value, k.label) for k in Book.UnitKind))


@dataclass(frozen=True)
class AccountIn:
    """One account of a chart. parent: code of a heading that stands before it in the list."""

    code: str
    name: str
    kind: Annotated[str, _KINDS]
    parent: str = ""
    heading: bool = False


@command(permission="books.open_book")
def open_book(ctx: Context, *, code: str, name: str, unit_kind: Annotated[str, _UNIT_KINDS] = "money") -> Book:
    """Begin a book without accounts.

    code: short and unique, for example general.
    unit_kind: what it counts.
    Refuses: book_code_once, book_unit_kind_known (database).
    """
    return Book.objects.create(company=ctx.company, code=code, name=name, unit_kind=unit_kind)


@command(permission="books.add_account", label="Add accounts")
def add_accounts(ctx: Context, *, book: Ref[Book], accounts: list[AccountIn]) -> Book:
    """Add a whole chart of accounts to a book.

    accounts: headings before what stands below them.
    Refuses: unknown_heading; account_code_once, account_kind_known, account_below_heading (database).
    """
    known = {a.code: a for a in Account.objects.visible_to(ctx).filter(book=book, heading=True)}
    rows: list[Account] = []
    for given in accounts:
        if given.parent and given.parent not in known:
            raise Refusal(
                "unknown_heading", f"Account {given.code} stands below {given.parent}, which is no heading of this book.", field="accounts"
            )
        row = Account(
            company=ctx.company,
            book=book,
            code=given.code,
            name=given.name,
            kind=given.kind,
            heading=given.heading,
            parent=known.get(given.parent),
        )
        if given.heading:
            # A heading is saved at once: the accounts below refer to its key.
            row.save()
            known[row.code] = row
        else:
            rows.append(row)
    Account.objects.bulk_create(rows)
    return book


@command(permission="books.open_periods")
def open_periods(
    ctx: Context,
    *,
    book: Ref[Book],
    year: Annotated[int, Input(min_value=1900, max_value=2199)],
    first_month: Annotated[int, Input(min_value=1, max_value=12)] = 1,
) -> Period:
    """Open the twelve months of a year for entries.

    year: calendar year in which the year of accounts begins.
    first_month: 1 where the year of accounts is the calendar year.
    Refuses: period_no_overlap, period_in_order (database).
    """
    rows = [Period(company=ctx.company, book=book, starts_on=start, ends_on=end) for start, end in months(year, first_month)]
    return Period.objects.bulk_create(rows)[0]


@command(permission="books.open_periods", label="Open the months of a span", hidden=True)
def open_span(ctx: Context, *, book: Ref[Book], starts_on: date, ends_on: date) -> Period:
    """Open the months between two days for entries: of a year that is no whole one.

    starts_on, ends_on: the first and the last month may be cut short by them.
    Refuses: invalid where it ends before it starts; period_no_overlap, period_in_order (database).
    """
    if ends_on < starts_on:
        raise Invalid({"ends_on": ["The last day comes after the first."]})
    rows = [Period(company=ctx.company, book=book, starts_on=start, ends_on=end) for start, end in months_within(starts_on, ends_on)]
    return Period.objects.bulk_create(rows)[0]
