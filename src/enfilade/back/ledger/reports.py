"""Trial balance, profit and loss, balance sheet, account statement, journal: from kept balances, at the same cost after ten years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from enfilade.base.books.models import Account, Book, Entry, Line
from enfilade.base.books.queries import Total, accounts_by_code, entries_between, first_period, lines_of, totals_between, totals_on
from enfilade.core.command import Input
from enfilade.core.context import Context, Invalid
from enfilade.core.resource import report, resource_for

from .queries import ledger_book
from .rules import BALANCE_KINDS, RESULT_KINDS, OutlineRow, Place, natural, outline, year_start

LINES_MAX = 1_000
ENTRIES_MAX = 500

Today = Annotated[date, Input(prefill="ctx.today")]
From = Annotated[date | None, Input(label="From", help="The beginning of the year of accounts when left out.")]
Columns = list[dict[str, str]]

_CODE = {"name": "code", "label": "Account", "kind": "text"}
_NAME = {"name": "name", "label": "Name", "kind": "text"}


def _amount(name: str, label: str) -> dict[str, str]:
    return {"name": f"{name}_minor", "label": label, "kind": "amount"}


@report(title="Trial balance", permission="ledger.view_reports", icon="scale", order=10)
def trial_balance(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What each account began the year with, what was posted to it until a day, and where it stands.

    on: end of that day.
    Shape: one row per account that moved; debit and credit are sums, opening and balance are signed (debit positive).
    """
    book = ledger_book(ctx)
    start = _year(ctx, book, on)
    opening, moved = _balances(ctx, totals_on(ctx, book, start - timedelta(days=1))), _totals(ctx, totals_between(ctx, book, start, on))
    rows, earlier = [], 0
    for account in accounts_by_code(ctx, book):
        first = opening.get(account.pk, 0)
        debit, credit = moved.get(account.pk, (0, 0))
        if account.kind in RESULT_KINDS:
            earlier, first = earlier + first, 0
        if first or debit or credit:
            rows.append(_trial_row(account, first, debit, credit) | {"url": _statement_url(account.code, start, on)})
    if earlier:
        rows.append(
            {
                "code": "",
                "name": "Result of earlier years",
                "opening_minor": earlier,
                "debit_minor": 0,
                "credit_minor": 0,
                "balance_minor": earlier,
            }
        )
    columns = [
        _CODE,
        _NAME,
        _amount("opening", "Opening"),
        _amount("debit", "Debit"),
        _amount("credit", "Credit"),
        _amount("balance", "Balance"),
    ]
    totals = {c["name"]: sum(r[c["name"]] for r in rows) for c in columns[2:]}
    return {"columns": columns, "rows": rows, "totals": totals, "from_on": start, "on": on, "currency": ctx.company.currency}


def _trial_row(account: Account, opening: int, debit: int, credit: int) -> dict[str, Any]:
    sums = {"opening_minor": opening, "debit_minor": debit, "credit_minor": credit, "balance_minor": opening + debit - credit}
    return {"code": account.code, "name": account.name, "kind": account.kind, **sums}


@report(title="Profit and loss", permission="ledger.view_reports", icon="trending-up", order=20)
def profit_and_loss(ctx: Context, *, from_on: From = None, to_on: Today) -> dict[str, Any]:
    """What was earned and what it cost between two days, and what is left.

    Shape: headings with the sum of what stands below them; income and cost are positive where they are as expected.
    """
    book = ledger_book(ctx)
    start = from_on or _year(ctx, book, to_on)
    _in_order(start, to_on)
    places = _places(ctx, book)
    amounts = _natural(places, _balances(ctx, totals_between(ctx, book, start, to_on)))
    income, income_rows = _section(places, amounts, "income", "Income", start, to_on)
    expense, expense_rows = _section(places, amounts, "expense", "Cost", start, to_on)
    rows = [*income_rows, *expense_rows]
    result = income - expense
    rows.append({"code": "", "name": "Profit" if result >= 0 else "Loss", "amount_minor": result, "emphasis": True, "level": 0})
    figures = {"income_minor": income, "expense_minor": expense, "result_minor": result}
    return {
        "columns": [_NAME, _CODE, _amount("amount", "Amount")],
        "rows": rows,
        "from_on": start,
        "to_on": to_on,
        "currency": ctx.company.currency,
        **figures,
    }


@report(title="Balance sheet", permission="ledger.view_reports", icon="landmark", order=30)
def balance_sheet(ctx: Context, *, on: Today) -> dict[str, Any]:
    """What the company owns and what it owes at the end of a day; both sides sum to the same.

    Shape: headings with the sum of what stands below them; the result of the year stands with the equity.
    """
    book = ledger_book(ctx)
    start = _year(ctx, book, on)
    places = _places(ctx, book)
    now = _balances(ctx, totals_on(ctx, book, on))
    amounts = _natural(places, now)
    result = -sum(v for k, v in now.items() if places[k].kind in RESULT_KINDS)
    earlier = -sum(v for k, v in _balances(ctx, totals_on(ctx, book, start - timedelta(days=1))).items() if places[k].kind in RESULT_KINDS)
    rows: list[dict[str, Any]] = []
    sums: dict[str, int] = {}
    for kind, title in zip(BALANCE_KINDS, ("Assets", "Liabilities", "Equity"), strict=True):
        sums[kind], found = _section(places, amounts, kind, title, start, on, more=result if kind == "equity" else 0)
        rows += found
    for name, amount in (("Result of earlier years", earlier), ("Result of this year", result - earlier)):
        if amount:
            rows.append({"code": "", "name": name, "amount_minor": amount, "level": 1})
    rows.append(
        {"code": "", "name": "Liabilities and equity", "amount_minor": sums["liability"] + sums["equity"], "emphasis": True, "level": 0}
    )
    figures = {
        "assets_minor": sums["asset"],
        "liabilities_minor": sums["liability"],
        "equity_minor": sums["equity"],
        "result_minor": result - earlier,
    }
    return {"columns": [_NAME, _CODE, _amount("amount", "Amount")], "rows": rows, "on": on, "currency": ctx.company.currency, **figures}


@report(title="Account statement", permission="ledger.view_reports", icon="receipt-text", order=40)
def account_statement(
    ctx: Context, *, account: Annotated[str, Input(max_length=20)] = "", from_on: From = None, to_on: Today
) -> dict[str, Any]:
    """Every line of one account between two days, with the balance after each.

    account: its code; left out, the accounts are listed to choose from.
    """
    book = ledger_book(ctx)
    start = from_on or _year(ctx, book, to_on)
    _in_order(start, to_on)
    if not account:
        return _choice(ctx, book, start, to_on)
    found = next(iter(accounts_by_code(ctx, book, [account.strip()])), None)
    if found is None:
        raise Invalid({"account": [f"There is no account {account[:20]}."]})
    before = _balances(ctx, totals_on(ctx, book, start - timedelta(days=1), [found.pk])).get(found.pk, 0)
    debit, credit = _totals(ctx, totals_between(ctx, book, start, to_on, [found.pk])).get(found.pk, (0, 0))
    lines = lines_of(ctx, found, start, to_on, LINES_MAX + 1)
    rows: list[dict[str, Any]] = [{"on": start, "text": "Opening balance", "balance_minor": before, "emphasis": True}]
    balance = before
    for line in lines[:LINES_MAX]:
        balance += line.quantity_minor
        rows.append(_line_row(ctx, line) | {"balance_minor": balance})
    columns = [
        {"name": "on", "label": "On", "kind": "date"},
        {"name": "text", "label": "Text", "kind": "text"},
        {"name": "party", "label": "Party", "kind": "text"},
    ]
    columns += [_amount("debit", "Debit"), _amount("credit", "Credit"), _amount("balance", "Balance")]
    notes = [f"{found.code} {found.name}"]
    if len(lines) > LINES_MAX:
        notes.append(
            f"The first {LINES_MAX} lines; begin at {lines[LINES_MAX].on:%Y-%m-%d} to see the rest. The totals are of all of them."
        )
    totals = {"debit_minor": debit, "credit_minor": credit, "balance_minor": before + debit - credit}
    return {
        "columns": columns,
        "rows": rows,
        "totals": totals,
        "notes": notes,
        "account": found.code,
        "from_on": start,
        "to_on": to_on,
        "currency": ctx.company.currency,
    }


@report(title="Journal", permission="ledger.view_reports", icon="notebook-text", order=50)
def journal(ctx: Context, *, from_on: From = None, to_on: Today) -> dict[str, Any]:
    """Every entry between two days with its lines, in the order of the days."""
    book = ledger_book(ctx)
    start = from_on or to_on.replace(day=1)
    _in_order(start, to_on)
    entries = entries_between(ctx, book, start, to_on, ENTRIES_MAX + 1)
    rows: list[dict[str, Any]] = []
    for entry in entries[:ENTRIES_MAX]:
        rows.append(
            {"entry": entry.pk, "on": entry.on, "text": entry.text, "origin": entry.origin, "emphasis": True, "url": _entry_url(ctx, entry)}
        )
        for line in entry.lines.all():
            text = " · ".join(t for t in (str(line.account), line.text, str(line.party or "")) if t)
            rows.append({"account": line.account.code, "text": text, "debit_minor": line.debit_minor, "credit_minor": line.credit_minor})
    columns = [
        {"name": "entry", "label": "Entry", "kind": "text"},
        {"name": "on", "label": "On", "kind": "date"},
        {"name": "text", "label": "Text", "kind": "text"},
    ]
    columns += [_amount("debit", "Debit"), _amount("credit", "Credit")]
    notes = (
        [f"The first {ENTRIES_MAX} entries; those from {entries[ENTRIES_MAX].on:%Y-%m-%d} on follow when you begin there."]
        if len(entries) > ENTRIES_MAX
        else []
    )
    totals = {side: sum(r.get(side) or 0 for r in rows) for side in ("debit_minor", "credit_minor")}
    return {
        "columns": columns,
        "rows": rows,
        "totals": totals,
        "notes": notes,
        "from_on": start,
        "to_on": to_on,
        "currency": ctx.company.currency,
    }


def _line_row(ctx: Context, line: Line) -> dict[str, Any]:
    return {
        "on": line.on,
        "text": line.text or line.entry.text,
        "entry": line.entry_id,
        "party": str(line.party or ""),
        "debit_minor": line.debit_minor,
        "credit_minor": line.credit_minor,
        "origin": line.entry.origin,
        "url": _entry_url(ctx, line.entry),
    }


def _choice(ctx: Context, book: Book, start: date, to_on: date) -> dict[str, Any]:
    """The accounts of the ledger, each with the way to its statement."""
    now = _balances(ctx, totals_on(ctx, book, to_on))
    rows = [
        {"code": a.code, "name": a.name, "balance_minor": now.get(a.pk, 0), "url": _statement_url(a.code, start, to_on)}
        for a in accounts_by_code(ctx, book)
        if not a.heading and (a.active or now.get(a.pk))
    ]
    notes = ["Choose an account to see its lines."]
    return {
        "columns": [_CODE, _NAME, _amount("balance", "Balance")],
        "rows": rows,
        "notes": notes,
        "from_on": start,
        "to_on": to_on,
        "currency": ctx.company.currency,
    }


def _year(ctx: Context, book: Book, on: date) -> date:
    first = first_period(ctx, book)
    return year_start(on, first.starts_on.month if first else 1)


def _in_order(from_on: date, to_on: date) -> None:
    if from_on > to_on:
        raise Invalid({"to_on": ["The last day comes after the first."]})


def _totals(ctx: Context, totals: Iterable[Total]) -> dict[int, tuple[int, int]]:
    return {t.account_id: (t.debit_minor, t.credit_minor) for t in totals if t.unit == ctx.company.currency}


def _balances(ctx: Context, totals: Iterable[Total]) -> dict[int, int]:
    return {t.account_id: t.balance_minor for t in totals if t.unit == ctx.company.currency}


def _places(ctx: Context, book: Book) -> dict[int, Place]:
    return {a.pk: Place(a.pk, a.code, a.name, a.kind, a.parent_id, a.heading) for a in accounts_by_code(ctx, book)}


def _natural(places: dict[int, Place], balances: dict[int, int]) -> dict[int, int]:
    return {key: natural(places[key].kind, balance) for key, balance in balances.items()}


def _section(
    places: dict[int, Place], amounts: dict[int, int], kind: str, title: str, start: date, end: date, *, more: int = 0
) -> tuple[int, list[dict[str, Any]]]:
    """Sum and rows of one kind of account under a title; a chart that has one heading for all of them gives the title itself.

    more: what belongs to the sum and stands on no account.
    """
    found = outline(places.values(), amounts, {kind})
    total = sum(r.amount_minor for r in found if r.level == 0) + more
    if sum(r.level == 0 for r in found) == 1 and found[0].place.heading:
        title, found = found[0].place.name, [OutlineRow(r.place, r.level - 1, r.amount_minor) for r in found[1:]]
    head = {"code": "", "name": title, "amount_minor": total, "emphasis": True, "level": 0}
    return total, [head, *(_outline_row(row, start, end) for row in found)]


def _outline_row(row: OutlineRow, start: date, end: date) -> dict[str, Any]:
    shown = (
        {"code": row.place.code, "url": _statement_url(row.place.code, start, end)} if not row.place.heading else {"code": "", "url": ""}
    )
    return {**shown, "name": row.place.name, "amount_minor": row.amount_minor, "level": row.level + 1}


def _statement_url(code: str, start: date, end: date) -> str:
    return "/ledger/reports/account_statement/?" + urlencode({"account": code, "from_on": start.isoformat(), "to_on": end.isoformat()})


def _entry_url(ctx: Context, entry: Entry) -> str:
    resource = resource_for(Entry)
    return resource.url(entry) if resource is not None and ctx.may(resource.view_permission) else ""
