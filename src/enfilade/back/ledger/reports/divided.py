"""Results divided by what lines say beside their accounts."""

from __future__ import annotations

from typing import Any

from enfilade.back.ledger.queries import ledger_book
from enfilade.base.books.models import Dimension
from enfilade.base.books.queries import first_dimension, moved_by_value, totals_between, values_of
from enfilade.core.command import Ref, Today
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day

from .outlines import less, naturally, places_of, plus, section, sum_row
from .parts import CODE, NAME, From, amount, check_order, figures, statement_url, without_closing, year_of

# More columns than that nobody reads side by side; the values after them are summed in one.
VALUES_MAX = 12
OTHERS, NOT_ASSIGNED, TOGETHER = "others", "not_assigned", "together"


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
    places, values = places_of(ctx, book), {value.pk: value for value in values_of(ctx, found.pk)}
    by_value = moved_by_value(ctx, book, start, to_on, list(values))
    moved = {key: naturally(ctx, places, totals) for key, totals in by_value.items() if totals}
    shown, others = list(moved)[:VALUES_MAX], list(moved)[VALUES_MAX:]
    together = naturally(ctx, places, without_closing(ctx, totals_between(ctx, book, start, to_on), start, to_on))

    def lines_behind(code: str) -> str:
        return statement_url(code, start, to_on)

    parts = {f"value_{key}": moved[key] for key in shown}
    labels = {f"value_{key}": str(values[key]) for key in shown}
    if others:
        parts[OTHERS], labels[OTHERS] = plus(moved[key] for key in others), f"{len(others)} others"
    parts[NOT_ASSIGNED], labels[NOT_ASSIGNED] = less(together, plus(moved.values())), "Not assigned"
    parts[TOGETHER], labels[TOGETHER] = together, "Together"
    income, income_rows = section(places, parts, "income", lines_behind)
    expense, expense_rows = section(places, parts, "expense", lines_behind)
    rows = [*income_rows, *expense_rows, sum_row("Result", {name: income[name] - expense[name] for name in parts})]
    notes = [f"{found}, {format_day(start)} – {format_day(to_on)}"]
    columns = [NAME, CODE, *(amount(name, labels[name]) for name in parts)]
    return figures(ctx, columns, rows, notes=notes, dimension=found.code, from_on=start, to_on=to_on)
