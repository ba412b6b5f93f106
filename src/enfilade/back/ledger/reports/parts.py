"""What the reports of the ledger share: columns, tiles, years, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from enfilade.back.ledger.queries import closing_moves, year_around
from enfilade.back.ledger.rules import below
from enfilade.base.books.models import Book, DimensionValue, Entry
from enfilade.base.books.queries import Total, values_of
from enfilade.base.money.currencies import currency_named
from enfilade.core.command import Input
from enfilade.core.context import Context, Invalid
from enfilade.core.resource import resource_for
from enfilade.core.resource.cells import money

From = Annotated[date | None, Input(label="From", help="The beginning of the year of accounts when left out.")]

Value = Annotated[DimensionValue | None, Input(shared=True, label="Dimension value", help="Only what names it or a value below it.")]

Unit = Annotated[str, Input(label="Currency", max_length=3, help="ISO 4217, for example USD; the company's own when left out.")]

CODE = {"name": "code", "label": "Account", "kind": "text"}
NAME = {"name": "name", "label": "Name", "kind": "text"}
ENTRY = {"name": "entry", "label": "Entry", "kind": "text"}
ON = {"name": "on", "label": "On", "kind": "date"}
TEXT = {"name": "text", "label": "Text", "kind": "text"}
PARTY = {"name": "party", "label": "Party", "kind": "text"}
DIMENSIONS = {"name": "dimensions", "label": "Dimensions", "kind": "text"}


def amount(name: str, label: str) -> dict[str, str]:
    """A column of amounts, in the company's currency where a row says no other unit."""
    return {"name": f"{name}_minor", "label": label, "kind": "amount", "currency_in": "unit"}


def tile(ctx: Context, label: str, amount_minor: int, hint: str = "", tone: str = "", unit: str = "") -> dict[str, str]:
    """A figure above the table. unit: its currency, the company's own when left out."""
    return {"label": label, "value": money(amount_minor, unit or ctx.company.currency, ctx.locale), "hint": hint, "tone": tone}


def unit_of(ctx: Context, currency: str) -> str:
    """The currency that a report is about.

    Refuses: invalid where there is none of that code.
    """
    code = currency.strip().upper() or ctx.company.currency
    if currency_named(code) is None:
        raise Invalid({"currency": [f"{code[:3]} is no currency of today (ISO 4217)."]})
    return code


def in_unit(ctx: Context, row: dict[str, Any], unit: str) -> dict[str, Any]:
    """A row of a report; where its amounts are foreign it says so."""
    return row if unit == ctx.company.currency else row | {"unit": unit}


def year_of(ctx: Context, book: Book, on: date) -> date:
    """First day of the year of accounts of a day."""
    return year_around(ctx, book, on).starts_on


def without_closing(ctx: Context, totals: list[Total], from_on: date, to_on: date) -> list[Total]:
    """Totals as they were before the results of years that end between two days were carried to the equity."""
    for moves in closing_moves(ctx, from_on, to_on).values():
        totals = unclosed(totals, moves)
    return totals


def unclosed(totals: list[Total], moves: Iterable[Total]) -> list[Total]:
    """Totals without what closing entries moved; what only these moved is left out."""
    known = {(total.account_id, total.unit): total for total in totals}
    for moved in moves:
        key = (moved.account_id, moved.unit)
        known[key] = known.get(key, replace(moved, debit_minor=0, credit_minor=0)).less(moved)
    return [total for total in known.values() if total.debit_minor or total.credit_minor]


def check_order(from_on: date, to_on: date) -> None:
    """Refuse a span that ends before it begins."""
    if from_on > to_on:
        raise Invalid({"to_on": ["The last day comes after the first."]})


def sums(ctx: Context, totals: Iterable[Total], unit: str = "") -> dict[int, tuple[int, int]]:
    """Debit and credit by account. unit: the currency, the company's own when left out."""
    return {t.account_id: (t.debit_minor, t.credit_minor) for t in totals if t.unit == (unit or ctx.company.currency)}


def balances(ctx: Context, totals: Iterable[Total], unit: str = "") -> dict[int, int]:
    """Debit less credit by account. unit: the currency, the company's own when left out."""
    return {key: debit - credit for key, (debit, credit) in sums(ctx, totals, unit).items()}


def below_value(ctx: Context, value: DimensionValue | None) -> list[DimensionValue] | None:
    """A value of a dimension and everything below it; None where nobody chose one: everything counts."""
    if value is None:
        return None
    values = {other.pk: other for other in values_of(ctx, value.dimension_id)}
    return [values[key] for key in below(value.pk, {key: other.parent_id for key, other in values.items()})]


def keys_of(values: list[DimensionValue] | None) -> list[int] | None:
    """Their keys."""
    return None if values is None else [value.pk for value in values]


def said_of(value: DimensionValue | None) -> list[str]:
    """A note of what a report is limited to."""
    return [f"Only what names {value}."] if value else []


def statement_url(code: str, start: date, end: date, value: DimensionValue | None = None, unit: str = "") -> str:
    """Where the lines behind a figure are. unit: a foreign currency."""
    of = ({"value": str(value.pk)} if value else {}) | ({"currency": unit} if unit else {})
    return (
        f"/ledger/reports/account_statement/?{urlencode({'account': code, 'from_on': start.isoformat(), 'to_on': end.isoformat(), **of})}"
    )


def entry_url(ctx: Context, entry: Entry) -> str:
    """Where an entry is, for who may see it."""
    resource = resource_for(Entry)
    return resource.url(entry) if resource is not None and ctx.may(resource.view_permission) else ""


def figures(ctx: Context, columns: list[dict[str, str]], rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A report as page, API and command line take it."""
    return {"columns": columns, "rows": rows, "currency": ctx.company.currency} | more
