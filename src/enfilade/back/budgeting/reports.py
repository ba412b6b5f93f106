"""Profit and loss and balance sheet beside the year before and the budget, with what differs in money and in percent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from enfilade.back.ledger.queries import ledger_book
from enfilade.back.ledger.reports.outlines import naturally, places_of, section, sum_row
from enfilade.back.ledger.reports.parts import (
    CODE,
    NAME,
    From,
    Value,
    amount,
    below_value,
    check_order,
    figures,
    keys_of,
    said_of,
    statement_url,
    tile,
    without_closing,
    year_of,
)
from enfilade.back.ledger.rules import BALANCE_KINDS, a_year_before, in_chart_order
from enfilade.base.books.queries import totals_between, totals_on
from enfilade.core.command import Input, Today
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day

from . import rules
from .models import Budget
from .queries import budget_of, planned_for

_DAY = timedelta(days=1)
Against = Annotated[Budget | None, Input(shared=True, label="Budget", help="The approved one of the year when left out.")]
NOW, BEFORE, PLAN = "amount", "before", "budget"
_COLUMNS = [
    NAME,
    CODE,
    amount(NOW, "Actual"),
    amount(BEFORE, "A year before"),
    amount("change", "Change"),
    {"name": "change_percent", "label": "Change (%)", "kind": "number"},
    amount(PLAN, "Budget"),
    amount("variance", "Variance"),
    {"name": "variance_percent", "label": "Variance (%)", "kind": "number"},
]
_NO_BUDGET = "No budget of this year is approved; choose one, or approve it."


@report(title="Profit and loss against budget", permission="budgeting.view_budget", icon="target", order=10)
def results_compared(ctx: Context, *, from_on: From = None, to_on: Today, budget: Against = None, value: Value = None) -> dict[str, Any]:
    """What was earned and spent between two days beside the same days a year before and the budget.

    budget: the approved one of the year of the last day when left out. Of a month that is cut its share by days is planned.
    value: only what names it or a value below it, and what is planned for those.
    Shape: as profit and loss; change is actual less the year before, variance is actual less budget, percents are of what is compared with.
    """
    ctx.require("ledger.view_reports")
    book = ledger_book(ctx)
    start = from_on or year_of(ctx, book, to_on)
    check_order(start, to_on)
    places, values = places_of(ctx, book), keys_of(below_value(ctx, value))

    def between(first: date, last: date) -> dict[int, int]:
        totals = totals_between(ctx, book, first, last, values=values)
        return naturally(ctx, places, totals if values is not None else without_closing(ctx, totals, first, last))

    against = budget or budget_of(ctx, to_on)
    plan = planned_for(ctx, against, start, to_on, values) if against else {}
    columns = {NOW: between(start, to_on), BEFORE: between(a_year_before(start), a_year_before(to_on)), PLAN: plan}

    def lines_behind(code: str) -> str:
        return statement_url(code, start, to_on, value)

    income, income_rows = section(places, columns, "income", lines_behind)
    expense, expense_rows = section(places, columns, "expense", lines_behind)
    result = {name: income[name] - expense[name] for name in columns}
    rows = [_compared(row) for row in (*income_rows, *expense_rows, sum_row("Result", result))]
    notes = [f"{format_day(start)} – {format_day(to_on)}", *said_of(value), *([str(against)] if against else [_NO_BUDGET])]
    tiles = [tile(ctx, label, result[name]) for label, name in (("Result", NOW), ("A year before", BEFORE), ("Budget", PLAN))]
    named = {f"{name}_minor": result[name] for name in columns}
    return figures(ctx, _COLUMNS, rows, tiles=tiles, notes=notes, from_on=start, to_on=to_on, result=named)


@report(title="Balance sheet against budget", permission="budgeting.view_budget", icon="target", order=20)
def balance_compared(ctx: Context, *, on: Today, budget: Against = None) -> dict[str, Any]:
    """What the company owns and owes at the end of a day beside a year before and the budget.

    budget: where the accounts stood at the beginning of the year, and what is planned to move since then.
    Shape: as the balance sheet; unplanned_minor is by how much the two sides of the plan differ, since money is planned on one side only.
    """
    ctx.require("ledger.view_reports")
    book = ledger_book(ctx)
    start, places = year_of(ctx, book, on), places_of(ctx, book)

    def standing(day: date) -> dict[int, int]:
        first = year_of(ctx, book, day)
        return naturally(ctx, places, without_closing(ctx, totals_on(ctx, book, day), first, day))

    against = budget or budget_of(ctx, on)
    columns = {NOW: standing(on), BEFORE: standing(a_year_before(on)), PLAN: naturally(ctx, places, totals_on(ctx, book, start - _DAY))}
    for key, moved in (planned_for(ctx, against, start, on) if against else {}).items():
        columns[PLAN][key] = columns[PLAN].get(key, 0) + moved
    if against is None:
        columns[PLAN] = {}
    signs = {"income": 1, "expense": -1}
    result = {name: sum(signs.get(places[key].kind, 0) * part for key, part in column.items()) for name, column in columns.items()}
    rows: list[dict[str, Any]] = []
    sides: dict[str, dict[str, int]] = {}
    for kind in in_chart_order(places.values()):
        more = result if kind == "equity" else None
        sides[kind], found = section(places, columns, kind, lambda code: statement_url(code, start, on), more=more)
        rows += [*found, *([sum_row("Results not distributed", result, level=1)] if more else [])]
    rows.append(sum_row("Liabilities and equity", {name: sides["liability"][name] + sides["equity"][name] for name in columns}))
    off = {kind: sides[kind][PLAN] for kind in BALANCE_KINDS}
    unplanned = off["asset"] - off["liability"] - off["equity"]
    notes = [str(against)] if against else [_NO_BUDGET]
    if unplanned:
        notes.append("The two sides of the plan differ: money or debts that go with what is planned are not planned.")
    return figures(ctx, _COLUMNS, [_compared(row) for row in rows], notes=notes, on=on, unplanned_minor=unplanned)


def _compared(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what differs from the year before and from the plan."""
    more: dict[str, int | Decimal | None] = {}
    for name, other in (("change", BEFORE), ("variance", PLAN)):
        now, compared = (row[f"{one}_minor"] or 0 for one in (NOW, other))
        more[f"{name}_minor"] = now - compared or (0 if row.get("emphasis") else None)
        more[f"{name}_percent"] = rules.change_percent(now, compared)
    return row | more
