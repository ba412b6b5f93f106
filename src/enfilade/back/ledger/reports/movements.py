"""What moved: the statement of one account, and the journal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from enfilade.back.ledger.queries import ledger_book
from enfilade.back.ledger.rules import is_foreign, is_value
from enfilade.base.books.inputs import AccountCode
from enfilade.base.books.models import Book, Line
from enfilade.base.books.queries import accounts_by_code, entries_between, lines_of, totals_between, totals_on
from enfilade.core.command import Input, Today
from enfilade.core.context import Context, Invalid
from enfilade.core.resource import report
from enfilade.core.ui.format import format_day

from .parts import (
    CODE,
    DIMENSIONS,
    ENTRY,
    NAME,
    ON,
    PARTY,
    TEXT,
    From,
    Unit,
    Value,
    amount,
    balances,
    below_value,
    check_order,
    entry_url,
    figures,
    in_unit,
    keys_of,
    said_of,
    statement_url,
    sums,
    tile,
    unit_of,
    year_of,
)

LINES_MAX = 1_000
ENTRIES_MAX = 500


@report(title="Account statement", permission="ledger.view_reports", icon="receipt-text", order=40)
def account_statement(
    ctx: Context,
    *,
    account: AccountCode = "",
    from_on: From = None,
    to_on: Today,
    value: Value = None,
    currency: Unit = "",
) -> dict[str, Any]:
    """Every line of one account between two days, with the balance after each.

    account: its code; left out, the accounts are listed to choose from.
    value: only lines that name it or a value below it are counted, the opening balance too.
    currency: of an account that holds a foreign currency, what moved in it.
    """
    book, unit = ledger_book(ctx), unit_of(ctx, currency)
    start = from_on or year_of(ctx, book, to_on)
    check_order(start, to_on)
    if not account:
        return _choice(ctx, book, start, to_on)
    found = next(iter(accounts_by_code(ctx, book, [account.strip()])), None)
    if found is None:
        raise Invalid({"account": [f"There is no account {account[:20]}."]})
    values = below_value(ctx, value)
    keys = keys_of(values)
    before = balances(ctx, totals_on(ctx, book, start - timedelta(days=1), [found.pk], keys), unit).get(found.pk, 0)
    moved = totals_between(ctx, book, start, to_on, [found.pk], keys)
    debit, credit = sums(ctx, moved, unit).get(found.pk, (0, 0))
    lines = lines_of(ctx, found, unit, start, to_on, LINES_MAX + 1, None if values is None else [v.code for v in values])
    rows: list[dict[str, Any]] = [{"on": start, "text": "Opening balance", "balance_minor": before, "emphasis": True}]
    balance = before
    for line in lines[:LINES_MAX]:
        balance += line.quantity_minor
        rows.append(_line_row(ctx, line) | {"balance_minor": balance})
    closing = before + debit - credit
    return figures(
        ctx,
        [ENTRY, ON, TEXT, PARTY, DIMENSIONS, amount("debit", "Debit"), amount("credit", "Credit"), amount("balance", "Balance")],
        [in_unit(ctx, row, unit) for row in rows],
        totals=in_unit(ctx, {"debit_minor": debit, "credit_minor": credit, "balance_minor": closing}, unit),
        tiles=[
            tile(ctx, str(found), closing, f"at the end of {format_day(to_on)}", unit=unit),
            tile(ctx, "Opening", before, f"on {format_day(start)}", unit=unit),
        ],
        notes=[
            *said_of(value),
            *_also(ctx, {total.unit for total in moved}, unit),
            *_cut("lines", LINES_MAX, lines[LINES_MAX].on if len(lines) > LINES_MAX else None),
        ],
        account=found.code,
        from_on=start,
        to_on=to_on,
        currency=unit,
    )


def _also(ctx: Context, units: set[str], shown: str) -> list[str]:
    """A note of what else moved on an account beside the currency that is shown."""
    others = sorted(unit for unit in units - {shown} if is_foreign(unit, ctx.company.currency)) if shown == ctx.company.currency else []
    return [f"This account also moved in {', '.join(others)}: choose it under Currency."] if others else []


@report(title="Journal", permission="ledger.view_reports", icon="notebook-text", order=50)
def journal(
    ctx: Context,
    *,
    from_on: Annotated[date | None, Input(label="From", help="The beginning of the month when left out.")] = None,
    to_on: Today,
) -> dict[str, Any]:
    """Every entry between two days with its lines, in the order of the days."""
    book = ledger_book(ctx)
    start = from_on or to_on.replace(day=1)
    check_order(start, to_on)
    entries = entries_between(ctx, book, start, to_on, ENTRIES_MAX + 1)
    rows: list[dict[str, Any]] = []
    for entry in entries[:ENTRIES_MAX]:
        head = {"entry": entry.pk, "on": entry.on, "text": entry.text, "origin": entry.origin}
        rows.append(head | {"emphasis": True, "url": entry_url(ctx, entry)})
        for line in filter(lambda line: not is_value(line.unit), entry.lines.all()):
            text = " · ".join(t for t in (str(line.account), line.text, str(line.party or ""), line.dimension_codes) if t)
            row = {"account": line.account.code, "text": text, "debit_minor": line.debit_minor, "credit_minor": line.credit_minor}
            rows.append(in_unit(ctx, row, line.unit))
    totals = {side: sum(r.get(side) or 0 for r in rows if "unit" not in r) for side in ("debit_minor", "credit_minor")}
    notes = _cut("entries", ENTRIES_MAX, entries[ENTRIES_MAX].on if len(entries) > ENTRIES_MAX else None)
    columns = [ENTRY, ON, TEXT, amount("debit", "Debit"), amount("credit", "Credit")]
    return figures(ctx, columns, rows, totals=totals, notes=notes, from_on=start, to_on=to_on)


def _cut(nouns: str, shown: int, goes_on: date | None) -> list[str]:
    """A note where there is more than is shown; nothing is left out in silence."""
    return [f"The first {shown} {nouns}; begin at {format_day(goes_on)} to see the rest."] if goes_on else []


def _line_row(ctx: Context, line: Line) -> dict[str, Any]:
    return {
        "entry": line.entry_id,
        "on": line.on,
        "text": line.text or line.entry.text,
        "party": str(line.party or ""),
        "dimensions": line.dimension_codes,
        "debit_minor": line.debit_minor,
        "credit_minor": line.credit_minor,
        "origin": line.entry.origin,
        "url": entry_url(ctx, line.entry),
    }


def _choice(ctx: Context, book: Book, start: date, to_on: date) -> dict[str, Any]:
    """The accounts of the ledger, each with the way to its statement."""
    now = balances(ctx, totals_on(ctx, book, to_on))
    rows = [
        {"code": a.code, "name": a.name, "balance_minor": now.get(a.pk, 0), "url": statement_url(a.code, start, to_on)}
        for a in accounts_by_code(ctx, book)
        if not a.heading and (a.active or now.get(a.pk))
    ]
    notes = ["Choose an account to see its lines."]
    return figures(ctx, [CODE, NAME, amount("balance", "Balance")], rows, notes=notes, from_on=start, to_on=to_on)
