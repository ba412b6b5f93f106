"""Where the accounts stand: trial balance, profit and loss, balance sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from enfilade.back.ledger.queries import ledger_book
from enfilade.back.ledger.rules import RESULT_KINDS, OutlineRow, Place, in_chart_order, natural, outline
from enfilade.base.books.models import Account, Book, DimensionValue
from enfilade.base.books.queries import accounts_by_code, totals_between, totals_on
from enfilade.core.context import Context
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day

from .parts import (
    CODE,
    NAME,
    From,
    Today,
    Value,
    amount,
    balances,
    below_value,
    check_order,
    figures,
    keys_of,
    said_of,
    statement_url,
    sums,
    tile,
    year_of,
)

_DAY = timedelta(days=1)
_TITLES = {"asset": "Assets", "liability": "Liabilities", "equity": "Equity"}
_OUTLINE = [NAME, CODE, amount("amount", "Amount")]


@dataclass(frozen=True, slots=True)
class Span:
    """What the figures of a report are about, so that the lines behind one are found."""

    start: date
    end: date
    value: DimensionValue | None = None


@report(title="Trial balance", permission="ledger.view_reports", icon="scale", order=10)
def trial_balance(ctx: Context, *, on: Today, value: Value = None) -> dict[str, Any]:
    """What each account began the year with, what was posted to it until a day, and where it stands.

    on: end of that day.
    value: only what names it or a value below it is counted.
    Shape: one row per account that moved; debit and credit are sums, opening and balance are signed (debit positive).
    """
    book = ledger_book(ctx)
    start = year_of(ctx, book, on)
    keys = keys_of(below_value(ctx, value))
    opening = balances(ctx, totals_on(ctx, book, start - _DAY, values=keys))
    moved = sums(ctx, totals_between(ctx, book, start, on, values=keys))
    rows, earlier = [], 0
    for account in accounts_by_code(ctx, book):
        first = opening.get(account.pk, 0)
        debit, credit = moved.get(account.pk, (0, 0))
        if account.kind in RESULT_KINDS:
            earlier, first = earlier + first, 0
        if first or debit or credit:
            rows.append(_trial_row(account, first, debit, credit) | {"url": statement_url(account.code, start, on, value)})
    if earlier:
        rows.append(_trial_row(Account(name="Result of earlier years"), earlier, 0, 0))
    columns = [amount("opening", "Opening"), amount("debit", "Debit"), amount("credit", "Credit"), amount("balance", "Balance")]
    totals = {c["name"]: sum(r[c["name"]] for r in rows) for c in columns}
    return figures(ctx, [CODE, NAME, *columns], rows, totals=totals, notes=said_of(value), from_on=start, on=on)


def _trial_row(account: Account, opening: int, debit: int, credit: int) -> dict[str, Any]:
    amounts = {"opening_minor": opening, "debit_minor": debit, "credit_minor": credit, "balance_minor": opening + debit - credit}
    return {"code": account.code, "name": account.name, "kind": account.kind, **amounts}


@report(title="Profit and loss", permission="ledger.view_reports", icon="trending-up", order=20)
def profit_and_loss(ctx: Context, *, from_on: From = None, to_on: Today, value: Value = None) -> dict[str, Any]:
    """What was earned and what it cost between two days, and what is left.

    value: only what names it or a value below it is counted.
    Shape: headings with the sum of what stands below them; income and cost are positive where they are as expected.
    """
    book = ledger_book(ctx)
    start = from_on or year_of(ctx, book, to_on)
    check_order(start, to_on)
    places, values = _places(ctx, book), keys_of(below_value(ctx, value))
    amounts = _natural(places, balances(ctx, totals_between(ctx, book, start, to_on, values=values)))
    span = Span(start, to_on, value)
    income, income_rows = _section(places, amounts, "income", "Income", span)
    expense, expense_rows = _section(places, amounts, "expense", "Cost", span)
    result = income - expense
    name = "Profit" if result >= 0 else "Loss"
    rows = [*income_rows, *expense_rows, {"code": "", "name": name, "amount_minor": result, "emphasis": True, "level": 0}]
    tiles = [tile(ctx, "Income", income), tile(ctx, "Cost", expense), tile(ctx, name, abs(result), tone="ok" if result >= 0 else "bad")]
    sides = {"income_minor": income, "expense_minor": expense, "result_minor": result}
    return figures(
        ctx,
        _OUTLINE,
        rows,
        tiles=tiles,
        notes=[f"{format_day(start)} – {format_day(to_on)}", *said_of(value)],
        from_on=start,
        to_on=to_on,
        **sides,
    )


@report(title="Balance sheet", permission="ledger.view_reports", icon="landmark", order=30)
def balance_sheet(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What the company owns and what it owes at the end of a day; both sides sum to the same.

    Shape: headings with the sum of what stands below them; the result of the year stands with the equity. Which of liabilities and equity
    comes first is the choice of the chart: the codes of its headings say so.
    """
    book = ledger_book(ctx)
    start, places = year_of(ctx, book, on), _places(ctx, book)
    now, before = balances(ctx, totals_on(ctx, book, on)), balances(ctx, totals_on(ctx, book, start - _DAY))
    amounts, result, earlier = _natural(places, now), _result(places, now), _result(places, before)
    rows: list[dict[str, Any]] = []
    sides: dict[str, int] = {}
    for kind in in_chart_order(places.values()):
        sides[kind], found = _section(places, amounts, kind, _TITLES[kind], Span(start, on), more=result if kind == "equity" else 0)
        rows += found
        if kind == "equity":
            parts = (("Result of earlier years", earlier), ("Result of this year", result - earlier))
            rows += [{"code": "", "name": name, "amount_minor": part, "level": 1} for name, part in parts if part]
    claims = sides["liability"] + sides["equity"]
    rows.append({"code": "", "name": "Liabilities and equity", "amount_minor": claims, "emphasis": True, "level": 0})
    named = {"assets_minor": sides["asset"], "liabilities_minor": sides["liability"], "equity_minor": sides["equity"]}
    return figures(ctx, _OUTLINE, rows, on=on, result_minor=result - earlier, **named)


def _places(ctx: Context, book: Book) -> dict[int, Place]:
    return {a.pk: Place(a.pk, a.code, a.name, a.kind, a.parent_id, a.heading) for a in accounts_by_code(ctx, book)}


def _natural(places: dict[int, Place], signed: dict[int, int]) -> dict[int, int]:
    return {key: natural(places[key].kind, balance) for key, balance in signed.items()}


def _result(places: dict[int, Place], signed: dict[int, int]) -> int:
    """Income less cost of everything until a day."""
    return -sum(balance for key, balance in signed.items() if places[key].kind in RESULT_KINDS)


def _section(
    places: dict[int, Place], amounts: dict[int, int], kind: str, title: str, span: Span, *, more: int = 0
) -> tuple[int, list[dict[str, Any]]]:
    """Sum and rows of one kind of account under a title; a chart that has one heading for all of them gives the title itself.

    more: what belongs to the sum and stands on no account.
    """
    found = outline(places.values(), amounts, {kind})
    total = sum(r.amount_minor for r in found if r.level == 0) + more
    if sum(r.level == 0 for r in found) == 1 and found[0].place.heading:
        title, found = found[0].place.name, [OutlineRow(r.place, r.level - 1, r.amount_minor) for r in found[1:]]
    head = {"code": "", "name": title, "amount_minor": total, "emphasis": True, "level": 0}
    return total, [head, *(_outline_row(row, span) for row in found)]


def _outline_row(row: OutlineRow, span: Span) -> dict[str, Any]:
    shown = (
        {"code": row.place.code, "url": statement_url(row.place.code, span.start, span.end, span.value)}
        if not row.place.heading
        else {"code": "", "url": ""}
    )
    return {**shown, "name": row.place.name, "amount_minor": row.amount_minor, "level": row.level + 1}
