"""Accounts below their headings, with one column of amounts or several: what statements are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from enfilade.back.ledger.rules import KIND_TITLES, OutlineRow, Place, natural, outline
from enfilade.base.books.models import Book
from enfilade.base.books.queries import Total, accounts_by_code
from enfilade.core.context import Context

from .parts import balances

Places = Mapping[int, Place]
# Name of a column -> key of an account -> amount.
Columns = Mapping[str, Mapping[int, int]]


def places_of(ctx: Context, book: Book) -> dict[int, Place]:
    """The accounts of a book and their headings, by key."""
    return {account.pk: Place.of(account) for account in accounts_by_code(ctx, book)}


def naturally(ctx: Context, places: Places, totals: Iterable[Total]) -> dict[int, int]:
    """Balances by account with the sign that people expect."""
    return {key: natural(places[key].kind, balance) for key, balance in balances(ctx, totals).items()}


def less(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    """One column less another."""
    return {key: one.get(key, 0) - other.get(key, 0) for key in one.keys() | other.keys()}


def plus(columns: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Columns together."""
    sums: dict[int, int] = {}
    for column in columns:
        for key, amount_minor in column.items():
            sums[key] = sums.get(key, 0) + amount_minor
    return sums


def section(
    places: Places, columns: Columns, kind: str, url: Callable[[str], str], more: Mapping[str, int] | None = None
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Sums and rows of one kind of account under its title; a chart that has one heading for all of them gives the title itself.

    url: where the lines behind the account of a code are. more: what belongs to the sums and stands on no account.
    """
    title, found = KIND_TITLES[kind], outline(places.values(), columns, {kind})
    sums = {name: (more or {}).get(name, 0) + sum(row.amounts[name] for row in found if row.level == 0) for name in columns}
    if sum(row.level == 0 for row in found) == 1 and found[0].place.heading:
        title, found = found[0].place.name, [OutlineRow(row.place, row.level - 1, row.amounts) for row in found[1:]]
    return sums, [sum_row(title, sums), *(_account_row(row, url) for row in found)]


def sum_row(name: str, amounts: Mapping[str, int], *, level: int = 0) -> dict[str, Any]:
    """A sum, or below one what stands on no account."""
    return {"code": "", "name": name, "level": level, "emphasis": level == 0, **_cells(amounts)}


def _account_row(row: OutlineRow, url: Callable[[str], str]) -> dict[str, Any]:
    """A heading with its sums, or an account with nothing where nothing moved."""
    heading, code = row.place.heading, row.place.code
    amounts = row.amounts if heading else {name: amount_minor or None for name, amount_minor in row.amounts.items()}
    return {
        "code": "" if heading else code,
        "url": "" if heading else url(code),
        "name": row.place.name,
        "level": row.level + 1,
        **_cells(amounts),
    }


def _cells(amounts: Mapping[str, int | None]) -> dict[str, int | None]:
    return {f"{name}_minor": amount_minor for name, amount_minor in amounts.items()}
