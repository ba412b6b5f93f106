"""Results divided by what lines say beside their accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from enfilade.back.ledger.queries import ledger_book
from enfilade.back.ledger.rules import natural
from enfilade.base.books.models import Account, Dimension
from enfilade.base.books.queries import accounts_by_code, first_dimension, moved_by_value, totals_between, values_of
from enfilade.core.command import Ref
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day

from .parts import CODE, NAME, From, Today, amount, balances, check_order, figures, statement_url, year_of

# More columns than that nobody reads side by side; the values after them are summed in one.
VALUES_MAX = 12
OTHERS, NOT_ASSIGNED, TOGETHER = "others", "not_assigned", "together"

# Of each column: key of an account -> debit less credit.
Parts = Mapping[str, Mapping[int, int]]


@report(title="Results by dimension", permission="ledger.view_reports", icon="split", order=25)
def results_by_dimension(ctx: Context, *, dimension: Ref[Dimension] | None = None, from_on: From = None, to_on: Today) -> dict[str, Any]:
    """Income and cost between two days side by side for the values of a dimension, with what names none of them, and together.

    dimension: the first one when left out.
    Shape: one column per value that moved (value_KEY_minor); the columns of a row sum to together_minor. Cost is positive in its rows,
    the result is income less cost.
    """
    book = ledger_book(ctx)
    start = from_on or year_of(ctx, book, to_on)
    check_order(start, to_on)
    found = dimension or first_dimension(ctx)
    if found is None:
        notes = ["There is no dimension yet. Add one under Books, with its values, and name them in journal entries."]
        return figures(ctx, [CODE, NAME], [], notes=notes, from_on=start, to_on=to_on)
    values = {value.pk: value for value in values_of(ctx, found.pk)}
    moved = {key: balances(ctx, totals) for key, totals in moved_by_value(ctx, book, start, to_on, list(values)).items() if totals}
    shown, others = list(moved)[:VALUES_MAX], list(moved)[VALUES_MAX:]
    together = balances(ctx, totals_between(ctx, book, start, to_on))
    parts = {f"value_{key}": moved[key] for key in shown}
    labels = {f"value_{key}": str(values[key]) for key in shown}
    if others:
        parts[OTHERS], labels[OTHERS] = _sum(moved[key] for key in others), f"{len(others)} others"
    parts[NOT_ASSIGNED], labels[NOT_ASSIGNED] = _rest(together, _sum(moved.values())), "Not assigned"
    parts[TOGETHER], labels[TOGETHER] = together, "Together"
    accounts = [account for account in accounts_by_code(ctx, book) if not account.heading]
    income, income_rows = _section([a for a in accounts if a.kind == "income"], parts, "Income")
    expense, expense_rows = _section([a for a in accounts if a.kind == "expense"], parts, "Cost")
    rows = [*income_rows, *expense_rows, _row("", "Result", {name: income[name] - expense[name] for name in parts})]
    for row in rows:
        row["url"] = statement_url(row["code"], start, to_on) if row["code"] else ""
    notes = [f"{found}, {format_day(start)} – {format_day(to_on)}"]
    columns = [CODE, NAME, *(amount(name, labels[name]) for name in parts)]
    return figures(ctx, columns, rows, notes=notes, dimension=found.code, from_on=start, to_on=to_on)


def _section(accounts: Iterable[Account], parts: Parts, title: str) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Sums by column, and rows: the title with the sums, then each account that moved, with the sign that people expect."""
    sums, rows = dict.fromkeys(parts, 0), []
    for account in accounts:
        cells = {name: natural(account.kind, part.get(account.pk, 0)) for name, part in parts.items()}
        if any(cells.values()):
            rows.append(_row(account.code, account.name, cells))
            sums = {name: sums[name] + amount_minor for name, amount_minor in cells.items()}
    return sums, [_row("", title, sums), *rows]


def _row(code: str, name: str, cells: Mapping[str, int]) -> dict[str, Any]:
    """An account, with nothing where nothing moved, or without a code a sum."""
    amounts = {f"{column}_minor": (amount_minor or None) if code else amount_minor for column, amount_minor in cells.items()}
    return {"code": code, "name": name, "level": 1 if code else 0, "emphasis": not code, **amounts}


def _sum(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for part in parts:
        for key, amount_minor in part.items():
            sums[key] = sums.get(key, 0) + amount_minor
    return sums


def _rest(whole: Mapping[int, int], part: Mapping[int, int]) -> dict[int, int]:
    return {key: amount_minor - part.get(key, 0) for key, amount_minor in whole.items()}
