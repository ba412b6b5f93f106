"""Where the accounts stand: trial balance, profit and loss, balance sheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from enfilade.back.ledger.queries import closing_moves, ledger_book
from enfilade.back.ledger.rules import RESULT_KINDS, a_year_before, in_chart_order
from enfilade.base.books.models import Account, Book, Period
from enfilade.base.books.queries import accounts_by_code, moved_by_period, periods_between, totals_between, totals_on
from enfilade.core.command import Choice, Today
from enfilade.core.context import Context, Invalid
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day, format_month

from .outlines import Places, less, naturally, places_of, section, sum_row
from .parts import (
    CODE,
    NAME,
    From,
    Unit,
    Value,
    amount,
    balances,
    below_value,
    check_order,
    figures,
    in_unit,
    keys_of,
    said_of,
    statement_url,
    sums,
    tile,
    unclosed,
    unit_of,
    without_closing,
    year_of,
)

_DAY = timedelta(days=1)
MONTHS_MAX = 12
ALONE, YEAR, MONTHS = "nothing", "year", "months"
BESIDE_DAY = Choice((ALONE, "Nothing"), (YEAR, "The year before"), label="Beside it")
BESIDE = Choice((ALONE, "Nothing"), (YEAR, "The year before"), (MONTHS, "Month by month"), label="Beside it")
COMPARED = {"before": "A year before", "change": "Change"}


@report(title="Trial balance", permission="ledger.view_reports", icon="scale", order=10)
def trial_balance(ctx: Context, *, on: Today, value: Value = None, currency: Unit = "") -> dict[str, Any]:
    """What each account began the year with, what was posted to it until a day, and where it stands.

    on: end of that day.
    value: only what names it or a value below it is counted.
    currency: what accounts hold of a foreign currency, and what stands against it.
    Shape: one row per account that moved; debit and credit are sums, opening and balance are signed (debit positive).
    """
    book, unit = ledger_book(ctx), unit_of(ctx, currency)
    start = year_of(ctx, book, on)
    keys = keys_of(below_value(ctx, value))
    opening = balances(ctx, totals_on(ctx, book, start - _DAY, values=keys), unit)
    between = totals_between(ctx, book, start, on, values=keys)
    moved = sums(ctx, between if keys is not None else without_closing(ctx, between, start, on), unit)
    foreign = "" if unit == ctx.company.currency else unit
    rows, earlier = [], 0
    for account in accounts_by_code(ctx, book):
        first = opening.get(account.pk, 0)
        debit, credit = moved.get(account.pk, (0, 0))
        if account.kind in RESULT_KINDS:
            earlier, first = earlier + first, 0
        if first or debit or credit:
            rows.append(_trial_row(account, first, debit, credit) | {"url": statement_url(account.code, start, on, value, foreign)})
    if earlier:
        rows.append(_trial_row(Account(name="Result of earlier years"), earlier, 0, 0))
    columns = [amount("opening", "Opening"), amount("debit", "Debit"), amount("credit", "Credit"), amount("balance", "Balance")]
    totals = in_unit(ctx, {c["name"]: sum(r[c["name"]] for r in rows) for c in columns}, unit)
    rows = [in_unit(ctx, row, unit) for row in rows]
    return figures(ctx, [CODE, NAME, *columns], rows, totals=totals, notes=said_of(value), from_on=start, on=on, currency=unit)


def _trial_row(account: Account, opening: int, debit: int, credit: int) -> dict[str, Any]:
    amounts = {"opening_minor": opening, "debit_minor": debit, "credit_minor": credit, "balance_minor": opening + debit - credit}
    return {"code": account.code, "name": account.name, "kind": account.kind, **amounts}


@report(title="Profit and loss", permission="ledger.view_reports", icon="trending-up", order=20)
def profit_and_loss(
    ctx: Context, *, from_on: From = None, to_on: Today, beside: Annotated[str, BESIDE] = ALONE, value: Value = None
) -> dict[str, Any]:
    """What was earned and what it cost between two days, and what is left.

    beside: the same days a year before and the change, or each month by itself; months are whole ones, at most twelve.
    value: only what names it or a value below it is counted.
    Shape: headings with the sum of what stands below them; income and cost are positive where they are as expected.
    """
    book = ledger_book(ctx)
    start = from_on or year_of(ctx, book, to_on)
    check_order(start, to_on)
    places, values = places_of(ctx, book), keys_of(below_value(ctx, value))
    months: list[Period] = []
    if beside == MONTHS:
        months = periods_between(ctx, book, start, to_on)
        if len(months) > MONTHS_MAX:
            raise Invalid({"from_on": [f"At most {MONTHS_MAX} months stand side by side."]})
        if months:
            start, to_on = months[0].starts_on, months[-1].ends_on

    def between(first: date, last: date) -> dict[int, int]:
        totals = totals_between(ctx, book, first, last, values=values)
        return naturally(ctx, places, totals if values is not None else without_closing(ctx, totals, first, last))

    now = between(start, to_on)
    by_period = moved_by_period(ctx, months, values)
    for period, moves in (closing_moves(ctx, start, to_on) if months and values is None else {}).items():
        by_period[period] = unclosed(by_period[period], moves)
    columns = {f"month_{n}": naturally(ctx, places, by_period[month.pk]) for n, month in enumerate(months, 1)} | {"amount": now}
    labels = {f"month_{n}": format_month(month.starts_on) for n, month in enumerate(months, 1)} | {
        "amount": "Together" if months else "Amount"
    }
    if beside == YEAR:
        columns |= _compared(now, between(a_year_before(start), a_year_before(to_on)))
        labels |= COMPARED

    def lines_behind(code: str) -> str:
        return statement_url(code, start, to_on, value)

    income, income_rows = section(places, columns, "income", lines_behind)
    expense, expense_rows = section(places, columns, "expense", lines_behind)
    result = {name: income[name] - expense[name] for name in columns}
    name = "Profit" if result["amount"] >= 0 else "Loss"
    rows = [*income_rows, *expense_rows, sum_row(name, result)]
    tiles = [
        tile(ctx, "Income", income["amount"]),
        tile(ctx, "Cost", expense["amount"]),
        tile(ctx, name, abs(result["amount"]), tone="ok" if result["amount"] >= 0 else "bad"),
    ]
    sides = {"income_minor": income["amount"], "expense_minor": expense["amount"], "result_minor": result["amount"]}
    notes = [f"{format_day(start)} – {format_day(to_on)}", *said_of(value)]
    return figures(ctx, _heads(labels), rows, tiles=tiles, notes=notes, from_on=start, to_on=to_on, **sides)


@report(title="Balance sheet", permission="ledger.view_reports", icon="landmark", order=30)
def balance_sheet(ctx: Context, *, on: Today, beside: Annotated[str, BESIDE_DAY] = ALONE) -> dict[str, Any]:
    """What the company owns and what it owes at the end of a day; both sides sum to the same.

    beside: the same day a year before, and the change.
    Shape: headings with the sum of what stands below them; the result of the year stands with the equity. Which of liabilities and equity
    comes first is the choice of the chart: the codes of its headings say so.
    """
    book = ledger_book(ctx)
    start, places = year_of(ctx, book, on), places_of(ctx, book)
    now, earlier = _standing(ctx, book, places, on)
    columns, labels = {"amount": now}, {"amount": "Amount"}
    of_earlier_years = {"amount": earlier}
    if beside == YEAR:
        before, of_earlier_years["before"] = _standing(ctx, book, places, a_year_before(on))
        columns |= _compared(now, before)
        labels |= COMPARED
        of_earlier_years["change"] = earlier - of_earlier_years["before"]
    result = {name: sum(_result_part(places, key, part) for key, part in column.items()) for name, column in columns.items()}

    def lines_behind(code: str) -> str:
        return statement_url(code, start, on)

    rows: list[dict[str, Any]] = []
    sides: dict[str, dict[str, int]] = {}
    of_this_year = {name: result[name] - of_earlier_years[name] for name in columns}
    for kind in in_chart_order(places.values()):
        sides[kind], found = section(places, columns, kind, lines_behind, more=result if kind == "equity" else None)
        rows += found
        if kind == "equity":
            parts = (("Result of earlier years", of_earlier_years), ("Result of this year", of_this_year))
            rows += [sum_row(name, part, level=1) for name, part in parts if any(part.values())]
    rows.append(sum_row("Liabilities and equity", {name: sides["liability"][name] + sides["equity"][name] for name in columns}))
    named = {
        f"{word}_minor": sides[kind]["amount"] for word, kind in (("assets", "asset"), ("liabilities", "liability"), ("equity", "equity"))
    }
    return figures(ctx, _heads(labels), rows, on=on, result_minor=of_this_year["amount"], **named)


def _standing(ctx: Context, book: Book, places: Places, on: date) -> tuple[dict[int, int], int]:
    """Where every account stands at the end of a day, and the result of the years before the one of that day."""
    start = year_of(ctx, book, on)
    before = naturally(ctx, places, totals_on(ctx, book, start - _DAY))
    now = without_closing(ctx, totals_on(ctx, book, on), start, on)
    return naturally(ctx, places, now), sum(_result_part(places, key, part) for key, part in before.items())


def _result_part(places: Places, key: int, amount_minor: int) -> int:
    """What an account adds to the result: income adds, cost takes away, the rest doesn't matter."""
    return {"income": amount_minor, "expense": -amount_minor}.get(places[key].kind, 0)


def _compared(now: dict[int, int], before: dict[int, int]) -> dict[str, dict[int, int]]:
    return {"before": before, "change": less(now, before)}


def _heads(labels: dict[str, str]) -> list[dict[str, str]]:
    return [NAME, CODE, *(amount(name, label) for name, label in labels.items())]
